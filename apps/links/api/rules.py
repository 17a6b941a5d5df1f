"""Redirect rules of a link by REST."""

from dataclasses import asdict

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.actors import actor_of
from apps.common.api.serializers import StrictSerializer
from apps.links import selectors
from apps.links.api.views import version_asked
from apps.links.models import Link
from apps.links.patching import replace_rules
from apps.links.rules import MAX_RULES, RuleSpec, rules_of


class RuleSerializer(StrictSerializer):
    """The room says itself what is wrong with priorities, conditions, destinations and weights."""

    priority = serializers.IntegerField()
    conditions = serializers.ListField(child=serializers.JSONField(), default=list)
    destination_url = serializers.CharField(max_length=10_000)
    weight = serializers.IntegerField(default=1)


class RulesSerializer(StrictSerializer):
    rules = serializers.ListField(child=RuleSerializer(), max_length=MAX_RULES)


class RulesView(APIView):
    def get(self, request: Request, hostname: str, code: str) -> Response:
        """The rules in the order in which visitors are compared with them."""
        return _answer(selectors.get_link(actor=actor_of(request), hostname=hostname, code=code))

    def put(self, request: Request, hostname: str, code: str) -> Response:
        """Give the link these `rules` and no others; with If-Match only if it is still as it was read."""
        actor = actor_of(request)
        link = selectors.get_link(actor=actor, hostname=hostname, code=code)
        asked = RulesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rules = [RuleSpec(**rule) for rule in asked.validated_data["rules"]]
        return _answer(replace_rules(actor=actor, link=link, rules=rules, version=version_asked(request), now=timezone.now()))


def _answer(link: Link) -> Response:
    return Response({"rules": [asdict(rule) for rule in rules_of(link)]}, headers={"ETag": f'"{link.version}"'})
