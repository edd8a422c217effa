"""The command line: `dulieumo COMMAND`. One file per command, loaded when it is called; here are the group and the last resort.

Findings about data are answers, on stdout, and exit 1. What stopped us is an error, on stderr, with the next step and the
exit code of `errors.py`. A traceback is shown with -v only; anything that we did not foresee exits 70 and asks for a report.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from typing import Any

import click

from dulieumo import __version__, errors, i18n
from dulieumo.i18n import _

# In the order of the work. The file is cli/<name>.py, dashes as underscores.
COMMANDS = (
    "new", "template", "update", "fix", "sample", "list", "check", "build", "plan", "push", "verify", "site",
    "publish", "demo", "preview", "web", "serve", "get", "diff", "rollback", "restore", "withdraw", "purge", "fetch", "sign",
    "verify-release", "due", "status", "notify", "owners", "audit", "import", "init", "upgrade", "ci", "ckan",
)  # fmt: skip


class Commands(click.Group):
    """Finds commands by file name, so that starting one does not import the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if _has_module(name)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS or not _has_module(name):
            return None
        command: click.Command = importlib.import_module(_module(name)).command
        return localized(command)


def _module(name: str) -> str:
    word = name.replace("-", "_")
    return f"{__name__}.{word}_" if word == "import" else f"{__name__}.{word}"


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(_module(name)) is not None


def localized(command: click.Command) -> click.Command:
    """The command with its help in the language in use. The code holds the English, which stays beside the translation."""
    command.help = _(inspect.cleandoc(_english(command)))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = _(_english(parameter))
    if isinstance(command, click.Group):
        for child in command.commands.values():
            localized(child)
    return command


def _english(item: click.Command | click.Option) -> str:
    """The help as the code has it, remembered at the first call."""
    text: str = item.__dict__.setdefault("english_help", item.help or "")
    return text


def _choose_language(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    i18n.use(i18n.choose(value))
    localized(ctx.command)
    return value


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--lang",
    type=click.Choice(i18n.LANGUAGES),
    expose_value=False,
    is_eager=True,
    callback=_choose_language,
    help="Language of the messages (DULIEUMO_LANG, then the locale; vi by default).",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the causes of errors.")
@click.version_option(__version__, prog_name="dulieumo")
@click.pass_context
def group(ctx: click.Context, verbose: bool) -> None:
    """Publish open data: descriptors and tables in Git, checked, converted, on CKAN, documented."""
    ctx.ensure_object(dict)["verbose"] = verbose


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    i18n.use(i18n.choose())
    localized(group)  # --help may come before --lang, or without it
    verbose = any(word == "--verbose" or (word.startswith("-v") and set(word[1:]) == {"v"}) for word in words)
    try:
        code: Any = group.main(words, prog_name="dulieumo", standalone_mode=False)
    except click.exceptions.Abort:
        _say(_("Stopped."))
        return 130
    except click.ClickException as error:
        error.show(sys.stderr)
        return errors.USAGE
    except errors.DulieumoError as error:
        _say(f"{_('Error')}: {error.message}")
        if error.hint:
            _say(f"  → {error.hint}")
        if verbose:
            traceback.print_exception(error)
        return error.exit_code
    except KeyboardInterrupt:
        _say(_("Stopped."))
        return 130
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.DONE
    except Exception as error:  # noqa: BLE001 the one place: everything that we did not foresee
        _say(f"{_('Error')}: {_('dulieumo has a bug here')}: {type(error).__name__}: {error}")
        _say(f"  → {_('Run the command again with -v and report what it prints.')}")
        if verbose:
            traceback.print_exception(error)
        return errors.BUG
    return code if isinstance(code, int) else errors.DONE


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
