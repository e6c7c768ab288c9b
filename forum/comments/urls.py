from django.urls import path

from forum.comments import views

app_name = "comments"

urlpatterns = [
    path("posts/<id:post_id>/reply", views.reply, name="reply"),
    path("comments/<id:comment_id>/edit", views.edit, name="edit"),
    path("comments/<id:comment_id>/history", views.history, name="history"),
    path("comments/<id:comment_id>/retract", views.retract, name="retract"),
]
