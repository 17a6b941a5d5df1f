"""Users, workspaces and who belongs to which."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.fields import LowerCaseEmailField
from apps.common.ratelimit.limits import MAX_CAPACITY, MAX_SECONDS, VISITOR_CLASSES, EndpointClass, RateLimit

WORKSPACE_NAME_MAX_LENGTH = 100


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


class Workspace(models.Model):
    """What links belong to. Each user has a personal one from sign-up on."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=WORKSPACE_NAME_MAX_LENGTH)
    # Set for a personal workspace; a person has at most one.
    personal_for = models.OneToOneField(
        User, verbose_name=_("personal workspace of"), null=True, blank=True, on_delete=models.CASCADE, related_name="personal_workspace"
    )
    members = models.ManyToManyField(User, through="Membership", related_name="workspaces")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("workspace")
        verbose_name_plural = _("workspaces")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Membership(models.Model):
    """One user's role in one workspace."""

    workspace = models.ForeignKey(Workspace, verbose_name=_("workspace"), on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.workspace} · {self.role}"


class RateLimitPolicy(models.Model):
    """A limit that holds in place of the setting's: for one user, for a group, or, with neither, for everybody."""

    # What each class covers stands at its setting; the words are few and their set is in code.
    endpoint_class = models.CharField(
        _("kind of requests"),
        max_length=32,
        choices=[
            (EndpointClass.REDIRECT.value, _("Redirects")),
            (EndpointClass.UNKNOWN_CODE.value, _("Unknown codes")),
            (EndpointClass.PASSWORD.value, _("Passwords of links")),
            (EndpointClass.WEB_WRITE.value, _("Changes on the site")),
            (EndpointClass.API.value, _("API")),
        ],
    )
    user = models.ForeignKey(
        User, verbose_name=_("user"), null=True, blank=True, on_delete=models.CASCADE, related_name="rate_limit_policies"
    )
    group = models.ForeignKey(
        Group, verbose_name=_("group"), null=True, blank=True, on_delete=models.CASCADE, related_name="rate_limit_policies"
    )
    capacity = models.PositiveIntegerField(
        _("requests"), validators=[MaxValueValidator(MAX_CAPACITY)], help_text=_("As many at once; 0 for no limit.")
    )
    per_seconds = models.PositiveIntegerField(
        _("seconds"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SECONDS)],
        help_text=_("As many again in the course of so many seconds."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")
        constraints = [
            # One limit for each; with it the look-up of limit_for.
            models.UniqueConstraint(
                fields=["endpoint_class", "user", "group"],
                nulls_distinct=False,
                name="rate_limit_policy_once",
                violation_error_message=_("There is such a limit already."),
            ),
            models.CheckConstraint(
                condition=models.Q(user=None) | models.Q(group=None),
                name="rate_limit_policy_user_or_group",
                violation_error_message=_("Choose a user or a group, not both."),
            ),
            # Nobody is known there yet.
            models.CheckConstraint(
                condition=~models.Q(endpoint_class__in=[name.value for name in VISITOR_CLASSES]) | models.Q(user=None, group=None),
                name="rate_limit_policy_visitors",
                violation_error_message=_("Visitors of links are no users: choose neither user nor group."),
            ),
            models.CheckConstraint(condition=models.Q(capacity__lte=MAX_CAPACITY), name="rate_limit_policy_capacity"),
            models.CheckConstraint(condition=models.Q(per_seconds__range=(1, MAX_SECONDS)), name="rate_limit_policy_seconds"),
        ]

    def __str__(self) -> str:
        return f"{self.get_endpoint_class_display()} · {self.user or self.group or _('everybody')}"

    @property
    def limit(self) -> RateLimit | None:
        """The limit to go by; None for no limit."""
        return RateLimit(self.endpoint_class, self.capacity, self.per_seconds) if self.capacity else None
