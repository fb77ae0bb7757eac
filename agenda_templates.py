"""What a conversation is made of: templates, their sections and prompts; and two of them in one meeting."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

SIDES = ("individual", "manager", "both")
# A question can be put on the agenda; a cue says how to hold the conversation.
KINDS = ("question", "cue")
# What a section can point to; the people lead keeps the addresses.
TOPICS = ("wellbeing", "occupational_health", "grow", "feedback", "plan", "learning", "review", "careers", "advice")
HORIZON = "{horizon}"


@dataclass(frozen=True)
class Prompt:
    """One question or cue, for one side of the table.

    `covers` names the guidance it stands for, `caution` what to mind, `again` that it may be asked again and again.
    """

    side: str
    text: str
    covers: tuple[str, ...] = ()
    kind: str = "question"
    caution: str = ""
    again: bool = False

    @cached_property
    def mark(self) -> str:
        """Ten letters that tell it from the others of a template."""
        return hashlib.sha256(f"{self.side}\x1f{self.text}".encode()).hexdigest()[:10]

    @property
    def is_question(self) -> bool:
        return self.kind == "question"

    def is_for(self, side: str) -> bool:
        """Whether it is meant for the person on `side` ("individual" or "manager")."""
        return self.side in (side, "both")

    def worded(self, horizon: str) -> str:
        """Its text, looking as far ahead as `horizon` says ("five years")."""
        return self.text.replace(HORIZON, horizon)


def for_side(prompts: Iterable[Prompt], side: str) -> list[Prompt]:
    """Those that the person on `side` is shown first."""
    return [prompt for prompt in prompts if prompt.is_for(side)]


def not_for_side(prompts: Iterable[Prompt], side: str) -> list[Prompt]:
    """Those of the other side alone, shown on request."""
    return [prompt for prompt in prompts if not prompt.is_for(side)]


@dataclass(frozen=True)
class Section:
    """A part of an agenda. `key` is what items remember, `title` what people read."""

    key: str
    title: str
    prompts: tuple[Prompt, ...] = ()
    signposts: tuple[str, ...] = ()

    @property
    def looks_ahead(self) -> bool:
        """Whether its wording depends on how far the two look ahead."""
        return any(HORIZON in prompt.text for prompt in self.prompts)

    def prompts_for(self, side: str) -> list[Prompt]:
        """The prompts that the person on `side` is shown first."""
        return for_side(self.prompts, side)

    def questions_for(self, side: str) -> list[Prompt]:
        """What the person on `side` may ask."""
        return [prompt for prompt in self.prompts_for(side) if prompt.is_question]

    def cues_for(self, side: str) -> list[Prompt]:
        """What the person on `side` should mind. Those with a caution come first: they are never folded away."""
        cues = [prompt for prompt in self.prompts_for(side) if not prompt.is_question]
        return sorted(cues, key=lambda cue: not cue.caution)

    def question(self, mark: str) -> Prompt | None:
        """The question with this mark, if it is one of these."""
        return next((prompt for prompt in self.prompts if prompt.mark == mark and prompt.is_question), None)


@dataclass(frozen=True)
class Template:
    """A kind of conversation: its sections in order, and what to ask before and at the end.

    `minutes` is its usual length; `horizons` are (years, words) to look ahead by, the first one unless chosen.
    """

    key: str
    name: str
    minutes: int
    sections: tuple[Section, ...]
    closing: tuple[Prompt, ...] = ()
    preparation: tuple[Prompt, ...] = ()
    responsibilities: tuple[Prompt, ...] = ()
    about: str = ""
    language: str = "en-GB"
    horizons: tuple[tuple[int, str], ...] = ()

    def section(self, key: str) -> Section | None:
        """The section with this key, if the template has one."""
        return next((section for section in self.sections if section.key == key), None)

    def home_for(self, key: str) -> str:
        """Where an item of section `key` stands in this template: the same section, else the last one."""
        return key if self.section(key) else self.sections[-1].key

    def horizon(self, years: int | None) -> str:
        """The words for looking so many years ahead; the first horizon's if that is none of them."""
        return dict(self.horizons).get(years or 0) or next((words for _, words in self.horizons), "")

    def question(self, key: str, mark: str) -> tuple[Section, Prompt] | None:
        """The section with this key and the question with this mark in it."""
        section = self.section(key)
        prompt = section and section.question(mark)
        return (section, prompt) if section and prompt else None

    def joined_by(self, added: "Template") -> "Template":
        """Both in one meeting: new sections come before the last one, shared ones take the prompts that are added."""
        here = {section.key for section in self.sections}
        own = [added.section(section.key) or section for section in self.sections]
        new = [section for section in added.sections if section.key not in here]
        end = len(own) - 1 if len(own) > 1 else len(own)
        return replace(
            self,
            name=f"{self.name} + {added.name}",
            sections=(*own[:end], *new, *own[end:]),
            closing=_both(self.closing, added.closing),
            preparation=_both(self.preparation, added.preparation),
            horizons=self.horizons or added.horizons,
        )


def _both(first: tuple[Prompt, ...], second: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
    texts = {prompt.text for prompt in first}
    return (*first, *(prompt for prompt in second if prompt.text not in texts))
