"""The queue before the classifier: order, batches, bounds, deadlines, failures."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from classifier import Article, SensitivityClassifier
from serving.dispatcher import DeadlineError, Dispatcher, Limits, OverloadedError

ARTICLES = [
    Article(body=f"The boy was {n} years old. Police said so.", id=str(n)) for n in range(30)
]
LONG = Article(body="The man was at the bank in the city. " * 1_500)
PATIENT = 60.0


def run(
    classifier: SensitivityClassifier,
    use: Callable[[Dispatcher], Awaitable[None]],
    limits: Limits | None = None,
) -> None:
    async def main() -> None:
        dispatcher = Dispatcher(classifier, limits)
        await use(dispatcher)
        await dispatcher.close()

    asyncio.run(main())


@pytest.mark.parametrize("batch", [1, 2_000, 10**6])
def test_many_at_once_get_what_each_would_get_alone(
    classifier: SensitivityClassifier, batch: int
) -> None:
    expected = classifier.assess(ARTICLES)

    async def use(dispatcher: Dispatcher) -> None:
        found = await asyncio.gather(*(dispatcher.assess([a], PATIENT) for a in ARTICLES))
        assert [one for (one,) in found] == expected
        assert await dispatcher.assess(ARTICLES, PATIENT) == expected
        assert dispatcher.waiting == 0

    run(classifier, use, Limits(wait=PATIENT, batch=batch))


def test_who_would_wait_too_long_is_told_at_once(classifier: SensitivityClassifier) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        busy = asyncio.create_task(dispatcher.assess([LONG], PATIENT))
        await asyncio.sleep(0.01)
        assert dispatcher.waiting == 0  # it is with the classifier
        with pytest.raises(OverloadedError) as caught:
            await dispatcher.assess(ARTICLES[:1], PATIENT)
        assert caught.value.retry_after > 0
        with pytest.raises(OverloadedError):
            dispatcher.require_room()
        assert not busy.done()
        assert [found.verdict for found in await busy] == ["flagged"]
        assert await dispatcher.assess(ARTICLES[:1], PATIENT) == classifier.assess(ARTICLES[:1])

    run(classifier, use, Limits(wait=1e-6))


def test_an_idle_classifier_takes_any_article(classifier: SensitivityClassifier) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        assert (await dispatcher.assess([LONG], PATIENT))[0].verdict == "flagged"

    run(classifier, use, Limits(wait=0.0, batch=1))


def test_what_cannot_be_done_in_time_is_not_begun(classifier: SensitivityClassifier) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        with pytest.raises(DeadlineError) as caught:
            await dispatcher.assess([LONG], 1e-3)
        assert caught.value.expected is not None
        assert dispatcher.waiting == 0

    run(classifier, use)


def test_who_waits_past_the_deadline_gets_no_late_answer(
    classifier: SensitivityClassifier,
) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        dispatcher._work.add(10**12, 0.0)  # an estimate that is much too good
        busy = asyncio.create_task(dispatcher.assess([LONG], PATIENT))
        await asyncio.sleep(0)
        with pytest.raises(DeadlineError) as caught:
            await dispatcher.assess(ARTICLES[:1], 1e-3)
        assert caught.value.expected is None
        await busy
        assert (await dispatcher.assess([ARTICLES[1]], PATIENT))[0].id == "1"
        assert dispatcher.waiting == 0

    run(classifier, use)


def test_an_article_that_fails_does_not_spoil_the_rest(classifier: SensitivityClassifier) -> None:
    broken = Article(body=cast("str", ["no text"]))

    async def use(dispatcher: Dispatcher) -> None:
        asked = [*ARTICLES[:3], broken, *ARTICLES[3:6]]
        found = await asyncio.gather(
            *(dispatcher.assess([article], PATIENT) for article in asked), return_exceptions=True
        )
        assert [isinstance(one, BaseException) for one in found] == [False] * 3 + [True] + [
            False
        ] * 3
        good = [one[0] for one in found if not isinstance(one, BaseException)]
        assert good == classifier.assess(ARTICLES[:6])

    run(classifier, use)


def test_who_waits_at_a_desk_comes_before_a_batch(classifier: SensitivityClassifier) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        done: list[str] = []

        async def ask(article: Article, bulk: bool) -> None:
            (found,) = await dispatcher.assess([article], PATIENT, bulk=bulk)
            done.append(str(found.id))

        tasks = [asyncio.create_task(ask(article, bulk=True)) for article in ARTICLES[:6]]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(ask(ARTICLES[9], bulk=False)))
        await asyncio.gather(*tasks)
        assert done.index("9") <= 1  # one may have been with the classifier
        assert sorted(done) == ["0", "1", "2", "3", "4", "5", "9"]

    run(classifier, use, Limits(wait=PATIENT, batch=1, batches=1))


def test_a_batch_may_wait_where_a_desk_is_refused(classifier: SensitivityClassifier) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        busy = asyncio.create_task(dispatcher.assess([LONG], PATIENT))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError):
            await dispatcher.assess(ARTICLES[:1], PATIENT)
        assert len(await dispatcher.assess(ARTICLES[:1], PATIENT, bulk=True)) == 1
        await busy

    run(classifier, use, Limits(wait=1e-6))


def test_three_batches_are_with_the_classifier_at_a_time(classifier: SensitivityClassifier) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        asked = [asyncio.create_task(dispatcher.assess([LONG], PATIENT)) for _ in range(4)]
        await asyncio.sleep(0.01)
        assert dispatcher.waiting == 1
        await asyncio.gather(*asked)

    run(classifier, use, Limits(wait=PATIENT))


def test_a_long_queue_is_allowed_to_a_burst_and_not_to_an_overload(
    classifier: SensitivityClassifier,
) -> None:
    async def use(dispatcher: Dispatcher) -> None:
        busy = asyncio.create_task(dispatcher.assess([LONG], PATIENT))
        await asyncio.sleep(0)
        dispatcher.require_room()
        assert not dispatcher.overloaded
        dispatcher._demand.add(1e9)
        assert dispatcher.overloaded
        with pytest.raises(OverloadedError):
            dispatcher.require_room()
        await busy

    run(classifier, use, Limits(wait=2.0))


def test_closing_answers_what_waits(classifier: SensitivityClassifier) -> None:
    async def main() -> None:
        dispatcher = Dispatcher(classifier, Limits(wait=PATIENT, batch=1))
        asked = [asyncio.create_task(dispatcher.assess([a], PATIENT)) for a in ARTICLES[:5]]
        await asyncio.sleep(0)
        await dispatcher.close()
        await asyncio.sleep(0)  # the callers hear of it
        assert [task.result()[0].id for task in asked] == ["0", "1", "2", "3", "4"]

    asyncio.run(main())
