"""Draws the page Folders: which are kept in step and when, and what the syncs did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import partial
from typing import Any

import streamlit as st

from app.api.schemas.syncs import FolderResponse, JobResponse
from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.history import show_history
from app.web.admin.passwords import show_passwords
from app.web.admin.picking import offer_picker
from app.web.escape import one_line, plain
from app.web.frame import PageContext, reported
from rag.errors import NotFoundError

WATCH, EVERY, DAILY, CRON, NEVER = "watch", "every", "daily", "cron", "never"

LOOK_SECONDS = 2.0
"""Between two looks at folders, one of which is being synced."""

PATH_SHOWN = 300

PICKED = "folder that was picked"
"""In the session, until the field for the path is drawn again."""

DEFAULT_MINUTES = 60
DEFAULT_CRON = "30 2 * * *"
DEFAULT_TIME = time(2, 0)

MINUTES = {"m": 1, "h": 60, "d": 60 * 24}
"""Of the units of an interval."""

_EVERY = re.compile(r"every (?P<count>\d+)(?P<unit>[smhd])")

_DAILY = re.compile(r"(?P<minute>[0-5]?\d) (?P<hour>[01]?\d|2[0-3]) \* \* (?P<days>\*|1-5|[0-6])")
"""A cron expression that days and a time say as well."""


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.FOLDERS)
    parts.show_notice()
    calls = Calls(context.client, context.collection)
    may_manage = calls.identity().manages_server
    try:
        folders = calls.folders()
    except NotFoundError:
        st.info(texts.FOLDERS_MISSING)
        folders = []
    else:
        _show_folders(calls, folders, may_manage=may_manage)
    if context.collection:
        with reported():
            show_history(calls, [folder.path for folder in folders if folder.collection == context.collection])


def _show_folders(calls: Calls, folders: list[FolderResponse], *, may_manage: bool) -> None:
    if not folders:
        parts.empty(texts.FOLDERS_NONE, texts.FOLDERS_NONE_REMEDY)
    if any(folder.state in ("running", "due") for folder in folders):
        _watch_folders(calls, may_manage)
    else:
        for folder in folders:
            _show_folder(calls, folder, None, may_manage=may_manage)
    if may_manage:
        with st.expander(texts.FOLDER_ADD, icon=":material/create_new_folder:", expanded=not folders):
            _add_folder(calls)
        show_passwords(calls)
    else:
        st.caption(texts.FOLDERS_FORBIDDEN)


@st.fragment(run_every=LOOK_SECONDS)
def _watch_folders(calls: Calls, may_manage: bool) -> None:
    """Look again until no sync runs, then draw the whole page with what it did."""
    with reported():
        folders = calls.folders()
        jobs = {(job.folder, job.collection): job for job in calls.unfinished_jobs()}
        for folder in folders:
            _show_folder(calls, folder, jobs.get((folder.path, folder.collection)), may_manage=may_manage)
        if not any(folder.state in ("running", "due") for folder in folders):
            st.rerun()


def _show_folder(calls: Calls, folder: FolderResponse, job: JobResponse | None, *, may_manage: bool) -> None:
    """Draw a folder; `job` is its sync that waits or runs."""
    with st.container(border=True):
        name, state = st.columns([4, 1], vertical_alignment="center")
        name.markdown(f"**{plain(one_line(folder.path, PATH_SHOWN))}**")
        state.badge(
            texts.FOLDER_STATES.get(folder.state, folder.state),
            icon=texts.FOLDER_ICONS.get(folder.state),
            color=texts.FOLDER_COLORS.get(folder.state, "gray"),  # type: ignore[arg-type]
        )
        st.caption(plain(" · ".join(_told_of(folder))))
        if job is not None:
            _show_job(calls, job, may_manage=may_manage)
        if folder.last_reason:
            st.warning(plain(folder.last_reason), icon=":material/error:")
        if folder.watch_problem:
            st.warning(plain(folder.watch_problem), icon=":material/visibility_off:")
        if may_manage:
            _offer_actions(calls, folder)


def _show_job(calls: Calls, job: JobResponse, *, may_manage: bool) -> None:
    done, total, told = _progress_of(job)
    bar, stop = st.columns([4, 1], vertical_alignment="center")
    bar.progress(done / max(total, 1), texts.FOLDER_QUEUED if job.state == "queued" else told)
    if may_manage and stop.button(texts.FOLDER_STOP, key=f"stop {job.id}", icon=":material/stop_circle:"):
        with reported():
            calls.stop_job(job.id)


def _progress_of(job: JobResponse) -> tuple[int, int, str]:
    """Return how much of a sync's stage is done, of how much, and in words."""
    if (progress := job.progress) is None:
        return 0, 0, texts.FOLDER_BEGINNING
    if progress.chunks_to_embed:
        done, total = progress.chunks_embedded, progress.chunks_to_embed
        return done, total, texts.FOLDER_EMBEDDING.format(done=done, total=total)
    done, total = progress.files_done, progress.files_total
    return done, total, texts.FOLDER_RUNNING.format(done=done, total=total) if total else texts.FOLDER_BEGINNING


def _told_of(folder: FolderResponse) -> list[str]:
    times = [_schedule_words(folder)] if folder.schedule else []
    times += [texts.FOLDER_WATCHED] if folder.watch else []
    said = [
        texts.FOLDER_INTO.format(collection=folder.collection),
        texts.FOLDER_SCHEDULE.format(when=", ".join(times) or texts.FOLDER_UNSCHEDULED),
    ]
    if folder.last_attempt and folder.last_outcome != "running":
        outcome = texts.OUTCOMES.get(folder.last_outcome, folder.last_outcome)
        last = texts.FOLDER_LAST.format(
            when=parts.when(folder.last_attempt), outcome=outcome, seconds=folder.last_seconds
        )
        said.append(last)
    elif not folder.last_attempt:
        said.append(texts.FOLDER_LAST_NONE)
    if folder.next_run:
        said.append(texts.FOLDER_NEXT.format(when=parts.when(folder.next_run)))
    return said


def _schedule_words(folder: FolderResponse) -> str:
    """Return a schedule in words of the visitor's language, where it is one that can be chosen here."""
    if every := _EVERY.fullmatch(folder.schedule):
        return texts.FOLDER_EVERY_WORDS[every["unit"]].format(count=int(every["count"]))
    if daily := _DAILY.fullmatch(folder.schedule):
        return texts.FOLDER_DAILY_WORDS[daily["days"]].format(time=f"{int(daily['hour'])}:{int(daily['minute']):02}")
    return folder.schedule_words or folder.schedule


def _offer_actions(calls: Calls, folder: FolderResponse) -> None:
    run, pause, change, remove = st.columns(4)
    wide: dict[str, Any] = {"width": "stretch"}
    if run.button(texts.FOLDER_RUN, key=f"run {folder.id}", icon=":material/play_arrow:", **wide):
        with reported():
            calls.run_folder(folder.id)
            st.rerun(scope="app")
    label = texts.FOLDER_RESUME if folder.paused else texts.FOLDER_PAUSE
    icon = ":material/resume:" if folder.paused else ":material/pause:"
    if pause.button(label, key=f"pause {folder.id}", icon=icon, **wide):
        with reported():
            calls.change_folder(folder.id, {"paused": not folder.paused})
            st.rerun(scope="app")
    with change.popover(texts.FOLDER_CHANGE, icon=":material/schedule:", **wide):
        schedule = _choose_schedule(f"change {folder.id}", folder)
        if st.button(texts.SAVE, key=f"save {folder.id}", type="primary"):
            with reported():
                calls.change_folder(folder.id, schedule)
                st.rerun(scope="app")
    if remove.button(texts.FOLDER_REMOVE, key=f"remove {folder.id}", icon=":material/delete:", **wide):
        parts.confirm(
            texts.FOLDER_REMOVE_TITLE,
            [folder.path],
            texts.FOLDER_REMOVE_EXPLAINED,
            texts.FOLDER_REMOVE,
            partial(calls.remove_folder, folder.id),
        )


def _add_folder(calls: Calls) -> None:
    round_ = st.session_state.setdefault("folder round", 0)
    if picked := st.session_state.pop(PICKED, ""):
        st.session_state[f"folder path {round_}"] = picked
    path = st.text_input(
        texts.FOLDER_PATH, placeholder=texts.FOLDER_PATH_HINT, max_chars=4096, key=f"folder path {round_}"
    )
    offer_picker(calls, partial(st.session_state.__setitem__, PICKED))
    collection = st.text_input(
        texts.FOLDER_COLLECTION,
        calls.collection or texts.ADD_DEFAULT_COLLECTION,
        max_chars=64,
        help=texts.ADD_INTO_HELP,
        key=f"folder into {calls.collection}",
    )
    schedule = _choose_schedule("add", None)
    if st.button(texts.FOLDER_ADD, type="primary", disabled=not (path.strip() and collection.strip())):
        with reported():
            folder = calls.add_folder(path.strip(), collection.strip(), schedule)
            calls.run_folder(folder.id)
            parts.notice(texts.FOLDER_ADDED)
            st.session_state["folder round"] = round_ + 1
            st.rerun()


def _choose_schedule(key: str, folder: FolderResponse | None) -> Mapping[str, Any]:
    """Return the fields that tell the service when a folder is synced."""
    every = folder.schedule.removeprefix("every ") if folder and folder.schedule.startswith("every ") else ""
    cron = folder.schedule if folder and not every else ""
    daily = _DAILY.fullmatch(cron)
    is_watched = folder is None or folder.watch
    now = EVERY if every else DAILY if daily else CRON if cron else WATCH if is_watched else NEVER
    words = {
        WATCH: texts.FOLDER_WHEN_WATCH,
        EVERY: texts.FOLDER_WHEN_EVERY,
        DAILY: texts.FOLDER_WHEN_DAILY,
        CRON: texts.FOLDER_WHEN_CRON,
        NEVER: texts.FOLDER_WHEN_NEVER,
    }
    kind = st.radio(
        texts.FOLDER_WHEN, list(words), index=list(words).index(now), format_func=words.__getitem__, key=f"{key} when"
    )
    schedule: dict[str, Any] = {"schedule": "", "every": "", "watch": kind == WATCH}
    if kind == EVERY:
        schedule["every"] = _choose_interval(key, every)
    if kind == DAILY:
        schedule["schedule"] = _choose_time(key, daily)
    if kind == CRON:
        written = st.text_input(
            texts.FOLDER_CRON, cron or DEFAULT_CRON, help=texts.FOLDER_CRON_HELP, max_chars=200, key=f"{key} cron"
        )
        schedule["schedule"] = written.strip()
    if kind in (EVERY, DAILY, CRON):
        schedule["watch"] = st.checkbox(
            texts.FOLDER_ALSO_WATCH, folder is not None and folder.watch, key=f"{key} watch"
        )
    return schedule


def _choose_interval(key: str, every: str) -> str:
    minutes = _minutes(every)
    unit = next((unit for unit in ("d", "h") if minutes % MINUTES[unit] == 0), "m")
    number, units = st.columns(2)
    count = number.number_input(texts.FOLDER_EVERY, 1, 100_000, minutes // MINUTES[unit], key=f"{key} every")
    names = texts.FOLDER_UNITS
    chosen = units.selectbox(
        texts.FOLDER_UNIT, list(names), index=list(names).index(unit), format_func=names.__getitem__, key=f"{key} unit"
    )
    return f"{count}{chosen}"


def _choose_time(key: str, daily: re.Match[str] | None) -> str:
    """Return the cron expression of days and a time; of those that were chosen before at first."""
    days = list(texts.FOLDER_DAYS_NAMED)
    was = daily["days"] if daily and daily["days"] in days else days[0]
    left, right = st.columns(2)
    on = left.selectbox(
        texts.FOLDER_DAYS,
        days,
        index=days.index(was),
        format_func=texts.FOLDER_DAYS_NAMED.__getitem__,
        key=f"{key} days",
    )
    before = time(int(daily["hour"]), int(daily["minute"])) if daily else DEFAULT_TIME
    at = right.time_input(texts.FOLDER_TIME, before, step=900, help=texts.FOLDER_TIME_HELP, key=f"{key} time")
    return f"{at.minute} {at.hour} * * {on}"


def _minutes(every: str) -> int:
    """Return an interval of the service in minutes."""
    unit = {"s": 1 / 60, **MINUTES}.get(every[-1:], 0)
    return max(1, round(int(every[:-1]) * unit)) if unit and every[:-1].isdigit() else DEFAULT_MINUTES
