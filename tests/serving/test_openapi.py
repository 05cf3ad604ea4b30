"""What the OpenAPI document promises is what the code does."""

import json
from dataclasses import fields
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

import labels
from classifier import assessment
from classifier.identification import Identification
from labels import house_policy, read_taxonomy
from serving import policy
from serving.api import examples, requests, schemas
from serving.policy import Proposals


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/openapi.json").json()
    return told


def examples_in(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """Name of the schema and value of every example of a request or an answer."""
    found = []
    for path in document["paths"].values():
        for operation in path.values():
            for holder in (operation.get("requestBody"), *operation["responses"].values()):
                for content in holder.get("content", {}).values() if holder else ():
                    name = content["schema"]["$ref"].rpartition("/")[2]
                    several = content.get("examples", {"": {"value": content.get("example")}})
                    found += [(name, example["value"]) for example in several.values()]
    return found


def test_every_example_is_a_valid_value_of_its_schema(document: dict[str, Any]) -> None:
    found = examples_in(document)
    names = {name for name, _ in found}
    assert names == {
        *("Artifacts", "Assessment", "Audit", "Batch", "BatchRequest", "ClassifyRequest"),
        *("Decision", "DecisionRequest", "Decisions", "Policy", "Problem", "Shadow", "State"),
        "Taxonomy",
    }
    for name, example in found:
        model: type[BaseModel] = getattr(schemas, name, None) or getattr(requests, name)
        again = model.model_validate(example).model_dump(mode="json", exclude_unset=True)
        assert again == example


def test_every_operation_documents_its_answers(document: dict[str, Any]) -> None:
    answers = {
        path: {status for operation in operations.values() for status in operation["responses"]}
        for path, operations in document["paths"].items()
    }
    caller = {"401", "403", "429"}
    body = {"400", "408", "413", "415", "422"}
    failing = {"500", "503"}
    assert answers == {
        "/v1/classify": {"200", "304", "504"} | caller | body | failing,
        "/v1/classify/batch": {"200"} | caller | body | failing,
        "/v1/decisions": {"200", "201", "409"} | caller | body | failing,
        "/v1/audit": {"200", "422"} | caller | failing,
        "/v1/models": {"200"} | caller | failing,
        "/v1/policy": {"200"} | caller | failing,
        "/v1/shadow": {"200"} | caller | failing,
        "/v1/taxonomy": {"200"} | caller | failing,
        "/livez": {"200"},
        "/readyz": {"200"} | failing,
    }


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    used = {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}
    assert used
    assert used <= known


def test_every_field_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, shape in schema["properties"].items():
            assert shape.get("description"), f"{name}.{field}"


def test_asking_twice_gives_the_same(app: FastAPI) -> None:
    first = json.dumps(app.openapi())
    assert json.dumps(app.openapi()) == first


def test_the_example_answer_is_one_of_the_example_article(client: TestClient) -> None:
    example = json.loads(json.dumps(examples.assessment().as_dict()))
    taxonomy = read_taxonomy()
    assert tuple(example["labels"]) == taxonomy.label_ids
    assert tuple(example["sub_labels"]) == taxonomy.sub_label_ids
    assert tuple(example["details"]) == taxonomy.detail_ids
    answer = client.post("/v1/classify", json=examples.request()).json()
    for same in ("id", "language", "content_hash"):
        assert answer[same] == example[same]
    for label in example["labels"].values():
        for found in label["evidence"]:
            assert examples.ARTICLE.body[found["start"] : found["end"]] == found["quote"]


@pytest.mark.parametrize(
    ("model", "source"),
    [
        (schemas.LabelAssessment, assessment.LabelAssessment),
        (schemas.Presence, assessment.Presence),
        (schemas.TreatmentAssessment, assessment.TreatmentAssessment),
        (schemas.Reason, assessment.Reason),
        (schemas.Note, policy.Note),
        (schemas.Check, policy.Check),
        (schemas.Action, policy.Action),
        (schemas.Identification, Identification),
        (schemas.HelpLine, house_policy.HelpLine),
        (schemas.Threshold, house_policy.Threshold),
        (schemas.Topic, house_policy.Topic),
        (schemas.Rule, house_policy.Rule),
        (schemas.Wording, house_policy.Wording),
        (schemas.Severity, labels.Severity),
        (schemas.Label, labels.Label),
        (schemas.SubLabel, labels.SubLabel),
        (schemas.Detail, labels.Detail),
        (schemas.Treatment, labels.Treatment),
        (schemas.Taxonomy, labels.Taxonomy),
    ],
)
def test_schemas_have_the_fields_of_what_they_describe(model: type[BaseModel], source: Any) -> None:
    assert list(model.model_fields) == [field.name for field in fields(source)]


def test_evidence_has_the_fields_of_an_anchored_passage() -> None:
    [found, *_] = examples.answer()["labels"]["minors"]["evidence"]
    assert list(schemas.Evidence.model_fields) == list(found)


def test_the_assessment_has_the_fields_and_the_order_of_the_classifiers() -> None:
    ours = list(schemas.Assessment.model_fields)
    theirs = list(examples.assessment().as_dict())
    assert ours[: len(theirs)] == theirs
    assert ours[len(theirs) :] == [
        *(field.name for field in fields(Proposals)),
        *("identification", "texts", "changes", "subjects", "queued"),
    ]
