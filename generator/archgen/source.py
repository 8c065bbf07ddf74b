"""Where templates come from, and what a rendering states for its updates."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archgen import build_info
from archgen.build_info import Build
from archgen.errors import UsageError

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent.parent


@dataclass(frozen=True)
class Source:
    """What ``copier update`` will need: a place and a version, either of which may be unknown."""

    url: str | None
    ref: str | None

    @property
    def updatable(self) -> bool:
        return self.url is not None and self.ref is not None

    @property
    def notice(self) -> str | None:
        """What to tell the user when updates will not work as they stand."""
        if self.url is None:
            return (
                "This archgen does not know where its templates live, so `copier update` cannot"
                " pull fixes yet. Render with --source URL, or set ARCHGEN_SOURCE."
            )
        if self.ref is None:
            return (
                "The templates of this archgen are no commit of their repository, so"
                " `copier update` has nothing to start from. Install a released archgen."
            )
        return None


def template_root() -> Path:
    """The bundled templates of a wheel, else those of the checkout."""
    bundled = PACKAGE / "_template"
    return bundled if bundled.is_dir() else CHECKOUT


def build() -> Build:
    """What this archgen was built from; a checkout is asked afresh."""
    written = PACKAGE / build_info.BUILD_FILE
    if written.is_file():
        return build_info.read(written)
    return build_info.from_checkout(CHECKOUT, metadata.version("archgen"))


def resolve(given: str | None = None, environ: Mapping[str, str] = os.environ) -> Source:
    """The update source: ``--source``, ARCHGEN_SOURCE, user config, the installation, else none."""
    url = (
        given
        or environ.get("ARCHGEN_SOURCE")
        or _configured()
        or _installed_from()
        or (str(CHECKOUT) if _is_checkout(CHECKOUT) else None)
    )
    return Source(url=url, ref=build().template_ref)


def _configured() -> str | None:
    """``source`` in the user's config file."""
    import yaml
    from platformdirs import user_config_path

    path = user_config_path("archgen") / "config.yml"
    if not path.is_file():
        return None
    try:
        config = yaml.safe_load(path.read_text()) or {}
        source = config.get("source")
    except (yaml.YAMLError, AttributeError) as error:
        raise UsageError(f"{path}: not a YAML mapping with a `source`: {error}") from error
    if source is not None and not isinstance(source, str):
        raise UsageError(f"{path}: `source` must be a URL or a path, not {source!r}")
    return source


def _installed_from() -> str | None:
    """The VCS URL or the local checkout that PEP 610 records for the installed package."""
    try:
        recorded = metadata.distribution("archgen").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    origin = json.loads(recorded) if recorded else {}
    if "vcs_info" in origin:
        return f"git+{origin['url']}"
    if "dir_info" in origin:
        folder = Path(unquote(urlsplit(origin["url"]).path))
        return str(folder) if _is_checkout(folder) else None
    return None


def _is_checkout(folder: Path) -> bool:
    return (folder / ".git").exists() and (folder / "copier.yml").is_file()
