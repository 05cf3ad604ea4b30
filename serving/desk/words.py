"""What ids are called on pages."""

from labels import Taxonomy

_OTHERS = {
    "ads_off": "No advertising beside it",
    "comments_premoderated": "Comments are read before they appear",
    "no_push": "No push notification",
    "second_pair_of_eyes": "A second pair of eyes",
    "legal_referral": "To the lawyers",
    "none_found": "nothing found",
    "possible": "possible",
    "likely": "likely",
    "not_checked": "Not checked",
}


class Words:
    """Names from the taxonomy; what it does not know is spelled out."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._names = {
            **_OTHERS,
            **{one.id: one.name for one in taxonomy.labels},
            **{one.id: one.name for one in taxonomy.sub_labels},
            **{one.id: one.name for one in taxonomy.details},
            **{one.id: one.name for one in taxonomy.treatments},
        }
        self._steps = {
            (label.id, step.level): step.name
            for label in taxonomy.labels
            for step in label.severities
        }

    def name(self, id_: str) -> str:
        """Such as `Killing` for `killing`."""
        return self._names.get(id_) or id_.replace("_", " ").capitalize()

    def step(self, severity: int, label: str) -> str:
        """Such as `grave` for severity 3 of violence."""
        return self._steps.get((label, severity), str(severity))
