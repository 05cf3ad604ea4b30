"""The one thread that asks the classifier."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from classifier import Article, Assessment, SensitivityClassifier


class Worker:
    """Keeps assessments off the event loop, which goes on answering meanwhile.

    One thread, since the classifier uses all cores for one article: two at once would only take
    turns. Articles are assessed in the order in which they come.
    """

    def __init__(self, classifier: SensitivityClassifier) -> None:
        self.taxonomy = classifier.taxonomy
        self.versions = classifier.versions
        self._classifier = classifier
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="classifier")

    async def assess(self, article: Article) -> Assessment:
        """The assessment of one article, when its turn has come."""
        loop = asyncio.get_running_loop()
        answers = await loop.run_in_executor(self._thread, self._classifier.assess, [article])
        return answers[0]

    def close(self) -> None:
        """Finish the assessment at hand and drop those that wait."""
        self._thread.shutdown(cancel_futures=True)
