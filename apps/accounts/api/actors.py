"""Who asks, for the policy."""

from rest_framework.request import Request

from apps.accounts.policy import Actor, ApiActor


def actor_of(request: Request) -> Actor:
    """The one way by which views of the API get an actor.

    An access token of a log-in acts as its user does on the pages; a key within its scopes, workspace and domain.
    """
    if isinstance(request.auth, ApiActor):
        return request.auth
    return request.user
