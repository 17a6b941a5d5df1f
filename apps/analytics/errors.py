"""Expected failures of analytics."""

from apps.common.errors import DomainError


class AnalyticsUnavailable(DomainError):
    """ClickHouse does not answer, or not in time. Short links work all the same."""

    code = "analytics_unavailable"
    http_status = 503

    def __init__(self) -> None:
        super().__init__("Statistics are not available just now. Clicks are counted all the same.")
