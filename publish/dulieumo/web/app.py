"""The addresses of the owners' page. Every handler runs alone: the language is one setting for the process.

GET  /                          choose a dataset and a file
POST /files                     bring a file          ─► its page
GET  /files/KEY                 findings, row changes, what can be done
POST /files/KEY                 read it again, as the owner says
GET  /files/KEY/workbook        the annotated workbook
GET  /files/KEY/page            the dataset's page, on the preview's own origin
POST /files/KEY/commit          to a new branch
POST /language, POST /stop
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dulieumo import i18n
from dulieumo.errors import DulieumoError, UsageError
from dulieumo.i18n import _, ngettext
from dulieumo.owner import notes
from dulieumo.owner.trial import Said, check_date
from dulieumo.report import words
from dulieumo.web import view
from dulieumo.web.desk import Desk, Paper
from dulieumo.web.guard import MOST_BYTES, Guard, TooLarge

_HERE = Path(__file__).parent
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with what its handler needs. `form` is empty for a GET."""

    request: Request
    form: FormData

    def text(self, name: str) -> str:
        """A field of the form, "" where it is not there or is a file."""
        value = self.form.get(name, "")
        return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""


class Page:
    """The handlers. `preview` is the origin that serves the folder `desk.public`; `stop` ends the program."""

    def __init__(self, desk: Desk, *, preview: str, stop: Callable[[], None]) -> None:
        self.desk, self.preview, self.stop = desk, preview, stop
        self.lock = threading.Lock()
        self.templates = environment()

    # start

    def start(self, asked: Asked) -> Response:
        return self._start(dataset=asked.request.query_params.get("dataset", ""))

    def _start(self, *, dataset: str, error: DulieumoError | None = None, status: int = 200) -> Response:
        return self._show(
            "start.html",
            status,
            domains=self.desk.by_domain(),
            chosen=dataset,
            error=view.refusal(error) if error else None,
            most_bytes=MOST_BYTES,
        )

    def bring(self, asked: Asked) -> Response:
        file, dataset = asked.form.get("file"), asked.text("dataset")
        try:
            if not dataset:
                raise UsageError(_("Choose a dataset first."))
            if not isinstance(file, UploadFile):
                raise UsageError(_("Choose a file first."))
            paper = self.desk.bring(dataset, file.filename or "", file.file)
        except DulieumoError as error:
            return self._start(dataset=dataset, error=error, status=422)
        return _see(f"/files/{paper.key}")

    # a file

    def file(self, asked: Asked) -> Response:
        return self._file(self._paper(asked))

    def _file(self, paper: Paper, error: DulieumoError | None = None, status: int = 200) -> Response:
        outcome = paper.outcome
        grid = view.grid(outcome.report, outcome.sheet) if outcome.report and outcome.sheet else None
        groups = view.told(outcome.report, grid) if outcome.report and grid else ()
        found_extra = getattr(outcome.error, "titles", ())
        reading, tried, dataset = outcome.reading, outcome.tried, paper.described
        return self._show(
            "file.html",
            status,
            paper=paper,
            title=dataset.title.in_(i18n.language()) or dataset.title.default,
            tables=[one for one in dataset.resources if one.schema is not None],
            extra=tuple(dict.fromkeys((*paper.said.ignore, *found_extra))),
            refused=view.refusal(outcome.error) if outcome.error else None,
            error=view.refusal(error) if error else None,
            reading=reading,
            notes=[(str(one.weight), view.for_page(notes.say(one))) for one in (reading.notes if reading else ())],
            tried=tried,
            rows=tried.made.rows if tried and not tried.is_personal else None,
            report=outcome.report,
            summary=view.summary(outcome.report) if outcome.report else "",
            groups=groups,
            grid=grid,
        )

    def again(self, asked: Asked) -> Response:
        paper = self._paper(asked)
        try:
            self.desk.attempt(paper, _said(asked, paper.said))
        except UsageError as error:
            return self._file(paper, error, 422)
        return _see(f"/files/{paper.key}")

    def workbook(self, asked: Asked) -> Response:
        paper = self._paper(asked)
        name = f"{paper.dataset}-kiem-tra.xlsx"
        data = self.desk.workbook(paper)
        return Response(data, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def page(self, asked: Asked) -> Response:
        return RedirectResponse(f"{self.preview}/{quote(self.desk.render(self._paper(asked)))}", status_code=303)

    def commit(self, asked: Asked) -> Response:
        paper = self._paper(asked)
        try:
            self.desk.commit(paper, _said(asked, paper.said))
        except DulieumoError as error:
            return self._file(paper, error, 409)
        return _see(f"/files/{paper.key}")

    def _paper(self, asked: Asked) -> Paper:
        paper = self.desk.papers.get(asked.request.path_params["key"])
        if paper is None:
            raise HTTPException(404)
        return paper

    # all else

    def language(self, asked: Asked) -> Response:
        wanted, back = asked.text("language"), asked.text("back")
        if wanted in i18n.LANGUAGES:
            i18n.use(wanted)
        is_ours = back.startswith("/files/") and back.removeprefix("/files/") in self.desk.papers
        return _see(back if is_ours else "/")

    def close(self, _asked: Asked) -> Response:
        self.stop()
        return self._show(
            "message.html",
            200,
            title=_("Closed"),
            text=_("The program has ended. You can close this window."),
            is_closed=True,
        )

    def failed(self, status: int) -> Response:
        match status:
            case 404:
                title, text = _("There is nothing here"), _("The file is no longer kept. Choose it again.")
            case 413:
                title = _("The file is too large")
                text = _(
                    "At most {size} MB can be brought here. Give it to the colleague who looks after the repository."
                )
                text = text.format(size=MOST_BYTES >> 20)
            case 400 | 405:
                title, text = (
                    _("That did not work"),
                    _("The page was not asked as it asks itself. Go back and try again."),
                )
            case _:
                title = _("The program has a fault here")
                text = _(
                    "Nothing was changed in the repository. Tell the colleague who set this up what you did just now."
                )
        return self._show("message.html", status, title=title, text=text)

    def refused(self, error: DulieumoError) -> Response:
        told = view.refusal(error)
        return self._show("message.html", 409, title=told.message, text=told.hint)

    def _show(self, template: str, status: int, *, is_closed: bool = False, **values: Any) -> Response:
        here = i18n.language()
        other = next(one for one in i18n.LANGUAGES if one != here)
        text = self.templates.get_template(template).render(language=here, other=other, is_closed=is_closed, **values)
        return HTMLResponse(text, status_code=status)


def environment() -> jinja2.Environment:
    """Templates that write HTML: every value is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": _, "ngettext": ngettext, "number": words.number}
    return made


def application(desk: Desk, *, host: str, token: str, preview: str, stop: Callable[[], None]) -> Starlette:
    """The page as an application that answers under `host` only."""
    page = Page(desk, preview=preview, stop=stop)

    def answer(work: Callable[[Asked], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            is_post = request.method == "POST"
            async with request.form(max_files=1, max_fields=200, max_part_size=64 << 10) as form:
                asked = Asked(request=request, form=form if is_post else FormData())
                return await run_in_threadpool(alone, work, asked)

        return handler

    def alone(work: Callable[[Asked], Response], asked: Asked) -> Response:
        with page.lock:
            try:
                return work(asked)
            except DulieumoError as error:
                return page.refused(error)
            except HTTPException as error:
                return page.failed(error.status_code)
            except Exception as error:  # noqa: BLE001 the page's last resort, as the command line has one
                print(f"{_('dulieumo has a bug here')}: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
                return page.failed(500)

    async def on_http(_request: Request, error: Exception) -> Response:
        return page.failed(error.status_code if isinstance(error, HTTPException) else 500)

    async def on_too_large(_request: Request, _error: Exception) -> Response:
        return page.failed(413)

    routes = [
        Route("/", answer(page.start)),
        Route("/files", answer(page.bring), methods=["POST"]),
        Route("/files/{key}", answer(page.file)),
        Route("/files/{key}", answer(page.again), methods=["POST"]),
        Route("/files/{key}/workbook", answer(page.workbook)),
        Route("/files/{key}/page", answer(page.page)),
        Route("/files/{key}/commit", answer(page.commit), methods=["POST"]),
        Route("/language", answer(page.language), methods=["POST"]),
        Route("/stop", answer(page.close), methods=["POST"]),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    handlers: Mapping[Any, Any] = {HTTPException: on_http, TooLarge: on_too_large}
    return Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(Guard, host=host, token=token)])


def _see(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _said(asked: Asked, before: Said) -> Said:
    """What the form says; a field that it does not have stays as it was. Raises UsageError."""

    def text(name: str, old: str | None) -> str | None:
        return (asked.text(name) or None) if name in asked.form else old

    row = text("header_row", None if before.header_row is None else str(before.header_row))
    if row is not None and not (row.isascii() and row.isdigit() and 1 <= int(row) <= 1_048_576):
        raise UsageError(_("Write the header row as a number, as the spreadsheet counts."))
    as_of = text("as_of", before.as_of)
    check_date(as_of)
    decimal = text("decimal", before.decimal)
    note = text("note", before.note[0] if before.note else None)
    note_en = text("note_en", before.note[1] if before.note else None)
    ignore = tuple(one for one in asked.form.getlist("ignore") if isinstance(one, str))
    return Said(
        table=text("table", before.table),
        sheet=text("sheet", before.sheet),
        header_row=int(row) if row else None,
        decimal=decimal if decimal in (",", ".") else None,
        ignore=ignore if "options" in asked.form else before.ignore,
        as_of=as_of,
        note=(note, note_en or note) if note else None,
    )
