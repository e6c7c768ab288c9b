"""The addresses of the site. They are promises to the outside; each room lists its own."""

from django.contrib import admin
from django.urls import include, path

from forum.kit import converters

converters.register()

handler400 = "forum.pages.errors.bad_request"
handler500 = "forum.kit.trouble.server_error"

urlpatterns = [
    path("", include("forum.pages.urls")),
    path("", include("forum.posts.urls")),
    path("", include("forum.comments.urls")),
    path("", include("forum.exports.urls")),
    path("", include("forum.notifications.urls")),
    path("", include("accounts.urls")),
    path("moderation/", include("forum.moderation.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
