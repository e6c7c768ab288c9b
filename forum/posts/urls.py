from django.urls import path

from forum.posts import views

app_name = "posts"

urlpatterns = [
    path("posts/new", views.new, name="new"),
    path("posts/preview", views.preview, name="preview"),
    path("posts/<id:post_id>/edit", views.edit, name="edit"),
    path("posts/<id:post_id>/history", views.history, name="history"),
    path("posts/<id:post_id>/retract", views.retract, name="retract"),
    path("drafts/", views.drafts, name="drafts"),
]
