"""The Helm chart fits itself, the image and the settings; where helm is installed, it renders what Kubernetes takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from app import __version__
from app.settings import Settings
from tests.paths import CHECKOUT

CHART = CHECKOUT / "packaging" / "helm" / "lectern"

SERVERS = (
    "replicas=2,catalogueUrl.inSecret=true,secret.name=keys,chromaUrl=http://chroma:8000,uploads.existingClaim=shared,"
    "ingress.enabled=true,ingress.tlsSecret=certificate,telemetry.endpoint=http://collector:4317,"
    "settings.folder_roots={/documents},settings.workers=4,documents[0].name=papers,documents[0].mountPath=/documents,"
    "documents[0].source.persistentVolumeClaim.claimName=papers"
)

needs_helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed")


def values() -> dict[str, Any]:
    return dict(yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8")))


def templates() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((CHART / "templates").iterdir()))


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["helm", *arguments], capture_output=True, text=True, timeout=60, check=False)


def rendered(chosen: str = "") -> dict[tuple[str, str], dict[str, Any]]:
    """What is rendered with values, by kind and name."""
    done = helm("template", "demo", str(CHART), *(["--set", chosen] if chosen else []))
    assert done.returncode == 0, done.stderr
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout) if one}


def container_of(objects: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    (container,) = objects["StatefulSet", "demo-lectern"]["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_the_chart_is_of_this_version_and_of_the_user_of_the_image() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["apiVersion"], chart["appVersion"]) == ("v2", __version__)
    dockerfile = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    (user, group), *_ = re.findall(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)
    assert re.findall(r"(runAsUser|runAsGroup|fsGroup): (\d+)", templates()) == [
        ("runAsUser", user),
        ("runAsGroup", group),
        ("fsGroup", group),
    ]
    assert f"containerPort: {re.findall(r'^EXPOSE (.+)$', dockerfile, re.MULTILINE)[0]}" in templates()


def test_templates_name_only_values_and_helpers_that_are_there_and_use_all_of_them() -> None:
    named = set(re.findall(r"\.Values\.([A-Za-z._]*[A-Za-z])", templates()))
    for name in named:
        first, *parts = name.split(".")
        found: Any = values()[first]
        # Which settings are there, Lectern says.
        for part in parts if first != "settings" else ():
            found = found[part]
    assert {name.partition(".")[0] for name in named} == set(values())
    defined = set(re.findall(r'define "([a-z.]+)"', templates()))
    assert set(re.findall(r'include "([a-z.]+)"', templates())) == defined


def test_settings_of_the_chart_are_settings_of_lectern() -> None:
    fields = set(Settings.model_fields)
    assert set(values()["settings"]) <= fields
    variables = {name.lower() for name in re.findall(r"LECTERN_([A-Z_]+)", templates()) if name.strip("_")}
    assert variables <= fields, variables - fields


@needs_helm
def test_helm_finds_nothing_wrong_with_the_chart() -> None:
    linted = helm("lint", "--strict", str(CHART))
    assert linted.returncode == 0, linted.stdout + linted.stderr


@needs_helm
def test_one_replica_keeps_its_home_in_a_volume_of_its_own() -> None:
    objects = rendered()
    assert set(objects) == {
        ("StatefulSet", "demo-lectern"),
        ("Service", "demo-lectern"),
        ("Service", "demo-lectern-pods"),
    }
    spec = objects["StatefulSet", "demo-lectern"]["spec"]
    assert (spec["replicas"], spec["volumeClaimTemplates"][0]["metadata"]["name"]) == (1, "home")
    container = container_of(objects)
    probes = [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    assert probes == ["/healthz", "/healthz", "/readyz"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@needs_helm
def test_replicas_have_the_two_servers_the_shared_uploads_and_settings_that_lectern_reads() -> None:
    objects = rendered(SERVERS)
    container = container_of(objects)
    given = {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}
    assert given["LECTERN_CHROMA_URL"] == "http://chroma:8000"
    assert given["LECTERN_UPLOADS_URL"] == "/data/index/uploads"
    assert given["LECTERN_CATALOGUE_URL"] == {"secretKeyRef": {"name": "keys", "key": "LECTERN_CATALOGUE_URL"}}
    assert (given["LECTERN_TELEMETRY"], given["LECTERN_WORKERS"]) == ("otlp", "4")
    assert json.loads(given["LECTERN_FOLDER_ROOTS"]) == ["/documents"]
    assert "lectern.example" in json.loads(given["LECTERN_ALLOWED_HOSTS"])
    mounted = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    assert mounted == {
        "home": "/data/index", "scratch": "/tmp", "uploads": "/data/index/uploads", "papers": "/documents",
    }  # fmt: skip
    volumes = objects["StatefulSet", "demo-lectern"]["spec"]["template"]["spec"]["volumes"]
    assert {one["name"] for one in volumes} | {"home"} == set(mounted)
    (rule,) = objects["Ingress", "demo-lectern"]["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "demo-lectern", "port": {"name": "http"}}


@needs_helm
@pytest.mark.parametrize(
    ("chosen", "refused"),
    [
        ("replicas=2", "needs both catalogueUrl.inSecret and chromaUrl"),
        (SERVERS.replace("uploads.existingClaim=shared,", ""), "needs uploads.existingClaim"),
        (f"{SERVERS},uploads.url=s3://bucket/lectern", "not in both"),
        (f"{SERVERS},persistence.existingClaim=one", "is for one replica"),
        ("catalogueUrl.inSecret=true", "needs secret.name"),
    ],
)
def test_values_that_could_not_work_are_refused_in_words(chosen: str, refused: str) -> None:
    done = helm("template", "demo", str(CHART), "--set", chosen)
    assert (done.returncode != 0, refused in done.stderr) == (True, True)
