"""A domain that the catalogue does not have yet: its file `domain.yaml`, for the first dataset in it. Pure."""

from __future__ import annotations

from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.model import Domain, Text
from dulieumo.owner import names, scaffold, yamledit
from dulieumo.owner.yamltext import scalar


def themes() -> list[tuple[str, str]]:
    """The codes of the EU data-theme vocabulary with their words, by which other portals sort our datasets."""
    return [
        ("AGRI", _("agriculture, fisheries, forestry and food")),
        ("ECON", _("economy and finance")),
        ("EDUC", _("education, culture and sport")),
        ("ENER", _("energy")),
        ("ENVI", _("environment")),
        ("GOVE", _("government and public sector")),
        ("HEAL", _("health")),
        ("INTR", _("international issues")),
        ("JUST", _("justice, legal system and public safety")),
        ("REGI", _("regions and cities")),
        ("SOCI", _("population and society")),
        ("TECH", _("science and technology")),
        ("TRAN", _("transport")),
    ]


def is_name(name: str) -> bool:
    """Whether a domain may be called so: small letters without marks, digits and hyphens."""
    return bool(name) and names.slug(name) == name and not name.startswith("_")


def domain(name: str, title: str, description: str, theme: str) -> Domain:
    values = {"name": name, "title": title, "description": description, "dulieumo:euTheme": theme}
    own = Text(default=title)
    return Domain(name=name, title=own, description=Text(default=description), eu_theme=theme, descriptor=values)


def file(made: Domain, languages: tuple[str, ...]) -> bytes:
    """The text of its domain.yaml; what other languages lack is marked, as in a new dataset."""
    lines = [f"name: {made.name}"]
    for key, text in (("title", made.title.default), ("description", made.description.default)):
        lines.append(f"{key}: {scalar(text)}")
        lines += [
            f"{key}@{language}: {scalar(text)} # {scaffold.PENDING}" for language in languages if language != "vi"
        ]
    lines.append(f"dulieumo:euTheme: {made.eu_theme}")
    return ("\n".join(lines) + "\n").encode()


def listed(catalog: str, name: str) -> bytes:
    """The text of catalog.yaml with a domain more. Raises UsageError where it cannot be changed safely."""
    try:
        return yamledit.edited(catalog, {}, {("domains",): name}).encode()
    except yamledit.CannotEdit as error:
        raise UsageError(
            _("catalog.yaml cannot be changed safely at: {place}").format(place=error),
            hint=_("Add {name} to `domains` there by hand, then run the command again.").format(name=name),
        ) from error
