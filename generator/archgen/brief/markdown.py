"""The Markdown brief: the same template that a rendered repository's docs/architecture.md uses."""

from __future__ import annotations

from archgen.advisor.architecture import Architecture

_TEMPLATE = "blueprints/shared/docs/architecture.md"


def to_markdown(architecture: Architecture, service_name: str = "your service") -> str:
    """The brief in Markdown, as Copier would render it from the stored answers."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from archgen import source
    from archgen.brief.answer import answer

    environment = Environment(  # the settings of copier.yml
        loader=FileSystemLoader(source.template_root()),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(_TEMPLATE).render(
        service_name=service_name,
        requirements=architecture.to_dict()["requirements"],
        brief=answer(architecture),
        decision_records=[],  # nothing beside this page to link to
    )
