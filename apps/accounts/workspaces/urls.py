"""Addresses of workspaces, below /account/workspaces/."""

from django.urls import path

from apps.accounts.workspaces import invitation_views, member_views, views

app_name = "workspaces"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.create, name="create"),
    # What comes in a mail; the token goes into the session, and out of the address.
    path("invitation/", invitation_views.answer, name="invitation"),
    path("invitation/<str:token>/", invitation_views.open_invitation, name="open_invitation"),
    path("<uuid:public_id>/", views.show, name="show"),
    path("<uuid:public_id>/use/", views.use, name="use"),
    path("<uuid:public_id>/rename/", views.rename, name="rename"),
    path("<uuid:public_id>/delete/", views.delete, name="delete"),
    path("<uuid:public_id>/leave/", member_views.leave, name="leave"),
    path("<uuid:public_id>/members/<int:pk>/role/", member_views.change_role, name="role"),
    path("<uuid:public_id>/members/<int:pk>/remove/", member_views.remove, name="remove"),
    path("<uuid:public_id>/members/<int:pk>/transfer/", member_views.transfer, name="transfer"),
    path("<uuid:public_id>/invitations/", invitation_views.invite, name="invite"),
    path("<uuid:public_id>/invitations/<uuid:invitation_id>/again/", invitation_views.send_again, name="send_again"),
    path("<uuid:public_id>/invitations/<uuid:invitation_id>/revoke/", invitation_views.revoke, name="revoke"),
]
