"""/metrics: names as Prometheus wants them, every figure documented and used rightly, nobody's data in any of them."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta

import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics
from bot.storage.database import Database
from tests.docs.pages import ROOT, rows, section, spans, text_of
from tests.watch.conftest import Visitor, town
from tests.world import World, onboard

DOCUMENTED = {
    spans(cells[0])[0] for cells in list(rows(section(text_of("docs/monitoring.md"), "Figures for Prometheus")))[1:]
}
BASE_UNITS = ("_seconds", "_total", "_info", "_up", "_learners", "_due", "_bytes")


def samples(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values in the order of the labels …) → number."""
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def own_names() -> dict[str, str]:
    """The figures of the program: name under which they are kept → their kind."""
    ends = {"counter": "_total", "info": "_info"}
    found = Metrics("").registry.collect()
    return {one.name + ends.get(one.type, ""): one.type for one in found if one.name.startswith("kindling_")}


def names_in(text: str) -> set[str]:
    """The figures that a rule or a dashboard asks for."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bkindling_\w+", text)}


async def test_every_figure_is_documented_and_every_documented_one_is_served(there: World, visitor: Visitor) -> None:
    assert set(own_names()) == DOCUMENTED
    status, text = await visitor.reads("/metrics")
    assert status == 200
    served = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name, *_ in samples(text)}
    labelled_later = {"kindling_log_events_total", "kindling_deliveries_total", "kindling_learners"}
    assert DOCUMENTED - served <= labelled_later


def test_names_follow_the_conventions() -> None:
    assert len(own_names()) > 8
    for name, kind in own_names().items():
        assert re.fullmatch(r"kindling_[a-z]+(_[a-z]+)*", name)
        assert name.endswith(BASE_UNITS), name
        assert name.endswith("_total") == (kind == "counter"), name


async def test_both_text_forms_can_be_read(visitor: Visitor) -> None:
    _, plain = await visitor.reads("/metrics")
    assert samples(plain)["kindling_dependency_up", "database"] == 1
    _, text = await visitor.reads("/metrics", Accept="application/openmetrics-text")
    assert text.endswith("# EOF\n")
    assert "kindling_build" in {family.name for family in parse_open(text)}


async def test_what_happens_is_counted(there: World, visitor: Visitor) -> None:
    ana = there.person()
    await onboard(there, ana)
    await there.later(hours=24)
    found = samples((await visitor.reads("/metrics"))[1])
    assert found["kindling_deliveries_total", "sent"] == 1
    assert found[("kindling_update_duration_seconds_count",)] >= 8
    assert found[("kindling_last_tick_timestamp_seconds",)] == there.clock.now.timestamp()
    assert found["kindling_learners", "active"] == 0, "one person is not to be seen"


async def test_the_nightly_look_at_who_is_behind_is_a_figure(there: World, visitor: Visitor) -> None:
    assert samples((await visitor.reads("/metrics"))[1])[("kindling_audit_timestamp_seconds",)] == 0
    await town(there, there.clock.now)
    there.clock.now += timedelta(days=3)
    await there.app.nightly()
    found = samples((await visitor.reads("/metrics"))[1])
    assert found[("kindling_audit_timestamp_seconds",)] == there.clock.now.timestamp()
    assert found[("kindling_behind_learners",)] == 20


async def test_people_are_counted_in_whole_tens(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    found = samples((await visitor.reads("/metrics"))[1])
    assert found["kindling_learners", "active"] == 20
    assert found["kindling_learners", "paused"] == 10


async def test_no_label_and_no_number_tells_of_a_person(there: World, visitor: Visitor) -> None:
    ana = there.person("Ana")
    await onboard(there, ana)
    ana.says("marker-of-ana in words of her own")
    await there.settled()
    learner = await there.learner(ana)
    assert learner is not None
    _, text = await visitor.reads("/metrics")
    assert not [secret for secret in (str(ana.id), learner.id, "marker-of-ana", "Ana") if secret in text]
    allowed = {"outcome", "level", "action", "dependency", "state", "version", "le"}
    labels = {
        label for family in text_string_to_metric_families(text) for one in family.samples for label in one.labels
    }
    assert labels <= allowed


async def test_a_warning_is_counted_by_its_word_alone(there: World, visitor: Visitor) -> None:
    logging.getLogger("bot.trial").warning("with %s", "secret words", extra={"action": "trial"})
    logging.getLogger("bot.trial").info("not counted", extra={"action": "quiet"})
    _, text = await visitor.reads("/metrics")
    assert samples(text)["kindling_log_events_total", "trial", "warning"] == 1
    assert "secret words" not in text
    assert "quiet" not in text


async def test_figures_answer_without_the_database(there: World, visitor: Visitor) -> None:
    await town(there, there.clock.now)
    await visitor.reads("/metrics")
    database: Database = there.app.store.database
    database.plug.state = "gone"
    found = samples((await visitor.reads("/metrics"))[1])
    assert found["kindling_dependency_up", "database"] == 0
    assert not [name for name, *_ in found if name == "kindling_learners"], "yesterday's figures are not today's"
    database.plug.state = "fine"


def test_what_is_late_is_told_in_seconds() -> None:
    metrics = Metrics("1")
    metrics.counted({}, timedelta(minutes=20), 0)
    assert samples(metrics.text().decode())[("kindling_backlog_oldest_seconds",)] == 1200


# -- alert rules and dashboard -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["deploy/prometheus/alerts.yaml", "deploy/prometheus/dashboard.json"])
def test_rules_and_dashboard_ask_only_for_figures_that_exist(file: str) -> None:
    asked = names_in(text_of(file))
    assert len(asked) > 5
    assert asked - set(own_names()) == set()


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    (group,) = yaml.safe_load(text_of("deploy/prometheus/alerts.yaml"))["groups"]
    for rule in group["rules"]:
        assert set(rule["annotations"]) == {"summary", "do"}
        assert rule["labels"]["severity"] in ("page", "ticket")
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))
    words = {
        word
        for rule in group["rules"]
        for found in re.findall(r'action=~?"([^"]+)"', rule["expr"])
        for word in found.split("|")
    }
    assert [word for word in words if f'"action": "{word}"' not in source] == []


def test_the_dashboard_shows_every_figure_of_ours() -> None:
    text = text_of("deploy/prometheus/dashboard.json")
    shown = names_in(text)
    moments = {"kindling_last_tick_timestamp_seconds", "kindling_audit_timestamp_seconds"}
    assert set(own_names()) - shown <= {"kindling_helpline_reviews_due", *moments}
    places = [panel["gridPos"] for panel in json.loads(text)["panels"]]
    assert all(one["x"] + one["w"] <= 24 for one in places)


@pytest.mark.parametrize("name", ["kindling_sends_total", "kindling_weather"])
def test_a_figure_that_does_not_exist_is_noticed(name: str) -> None:
    assert names_in(f"rate({name}[5m])") - set(own_names()) == {name}
