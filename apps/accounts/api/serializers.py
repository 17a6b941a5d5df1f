"""What requests about accounts may hold."""

from rest_framework import serializers

from apps.common.api.serializers import StrictSerializer

_PASSWORD_MAX_LENGTH = 1024
_TOKEN_MAX_LENGTH = 4096


class RegisterSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=_PASSWORD_MAX_LENGTH, trim_whitespace=False)
    # Kinds of the texts that are agreed to, such as "terms".
    consents = serializers.ListField(child=serializers.SlugField(max_length=50), max_length=20, default=list)


class LogInSerializer(StrictSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=_PASSWORD_MAX_LENGTH, trim_whitespace=False)
    code = serializers.CharField(max_length=32, default="", allow_blank=True)
    # Tokens in cookies, and none in the body.
    cookies = serializers.BooleanField(default=False)


class RefreshSerializer(StrictSerializer):
    # From the cookie where it is left out.
    refresh = serializers.CharField(max_length=_TOKEN_MAX_LENGTH, default="", trim_whitespace=False)
