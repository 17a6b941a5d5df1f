"""Users, by e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.fields import LowerCaseEmailField


class UserManager(BaseUserManager["User"]):
    """Users by e-mail address, which is unique whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A stored user with a hashed password and a personal workspace; `None` means that no password works.

        Raises IntegrityError when the e-mail address is in use.
        """
        user = self.model(email=email, **fields)
        user.set_password(password)
        return self.register(user)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def register(self, user: "User") -> "User":
        """Store `user`, who is new, together with the personal workspace that everybody owns."""
        from apps.accounts.models.workspaces import (  # noqa: PLC0415 - workspaces name their users
            WORKSPACE_NAME_MAX_LENGTH,
            Membership,
            Role,
            Workspace,
        )

        with transaction.atomic(using=self._db):
            user.save(using=self._db, force_insert=True)
            workspace = Workspace.objects.using(self._db).create(name=user.short_name[:WORKSPACE_NAME_MAX_LENGTH], personal_for=user)
            Membership.objects.using(self._db).create(workspace=workspace, user=user, role=Role.OWNER)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account; the e-mail address is the log-in."""

    email = LowerCaseEmailField(
        _("e-mail address"), max_length=254, unique=True, error_messages={"unique": _("This e-mail address is in use.")}
    )
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Grows when all sessions of the user end: tokens of the API that name an earlier one are void.
    token_version = models.PositiveIntegerField(default=0, editable=False)
    is_staff = models.BooleanField(_("may enter the back office"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # With it, the unique index of the field holds whatever the case.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def short_name(self) -> str:
        return self.full_name or self.email.split("@")[0]
