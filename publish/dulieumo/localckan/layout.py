"""Where everything lies: one folder (`.local-ckan/`) with the installed programs and, beside them, one folder per stack.

.local-ckan/
    lock                      held by whoever changes anything here
    target.json               the default stack's address and token files: what the pipeline's local target reads
    install/<name>-<hash>/    programs; never changed once complete
    2.12.0/                   a stack: one CKAN version, with or without extensions
        stack.json            ports and what else was chosen
        secrets.json  tokens/ mode 600
        run/  logs/           process records, logs
        postgres/ redis/ solr/ storage/ tmp/
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(".local-ckan")
VERSION = "2.12.0"
VERSIONS = (VERSION, "2.11.5")
PACKAGE = Path(__file__).parent
LOCKS = PACKAGE / "locks"
ETC = PACKAGE / "etc"
INSIDE = PACKAGE / "inside"
SERVER = PACKAGE.parent / "ckan" / "server"
"""What a CKAN needs from us, ours on this machine or a city's: the licence list, the scheming schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The paths of one stack. `root` is absolute and resolved: processes are recognised by it."""

    root: Path
    version: str = VERSION
    has_extensions: bool = False

    @property
    def flavour(self) -> str:
        """The stack's name, which is its folder's and that of its requirements: "2.12.0", "2.12.0-extensions"."""
        return f"{self.version}-extensions" if self.has_extensions else self.version

    @property
    def is_default(self) -> bool:
        return self.version == VERSION and not self.has_extensions

    @property
    def target_name(self) -> str:
        """The target that publishes to this stack, as `config.local_state` reads it."""
        return "local" if self.is_default else f"local-{self.flavour}"

    @property
    def up_command(self) -> str:
        """What starts this stack, for a person to type."""
        version = "" if self.version == VERSION else f" --version {self.version}"
        return f"dulieumo ckan up{version}{' --extensions' if self.has_extensions else ''}"

    @property
    def stack(self) -> Path:
        return self.root / self.flavour

    @property
    def installs(self) -> Path:
        return self.root / "install"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def state(self) -> Path:
        return self.stack / "stack.json"

    @property
    def secrets(self) -> Path:
        return self.stack / "secrets.json"

    @property
    def provisioned(self) -> Path:
        """Beside the databases: present when they hold what CKAN needs; its text says for which flavour."""
        return self.stack / "postgres" / "provisioned"

    @property
    def indexed(self) -> Path:
        """The address under which the search index knows the downloads."""
        return self.stack / "indexed-address"

    @property
    def ini(self) -> Path:
        return self.stack / "ckan.ini"

    @property
    def target(self) -> Path:
        return self.stack / "target.json"

    @property
    def sysadmin_token(self) -> Path:
        return self.stack / "tokens" / "sysadmin"

    @property
    def editor_token(self) -> Path:
        return self.stack / "tokens" / "editor"

    @property
    def sysadmin_password(self) -> Path:
        return self.stack / "tokens" / "sysadmin-password"

    def record(self, part: str) -> Path:
        return self.stack / "run" / f"{part}.json"

    def log(self, part: str) -> Path:
        return self.stack / "logs" / f"{part}.log"


def layout(folder: Path = FOLDER, *, version: str = VERSION, has_extensions: bool = False) -> Layout:
    """The layout under `folder`, made absolute."""
    return Layout(root=folder.resolve(), version=version, has_extensions=has_extensions)


def of_flavour(flavour: str, folder: Path = FOLDER) -> Layout:
    """The layout of the stack of that name."""
    version, _dash, extensions = flavour.partition("-")
    return layout(folder, version=version, has_extensions=bool(extensions))
