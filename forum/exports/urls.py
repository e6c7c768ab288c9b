from django.urls import path

from forum.exports import views

app_name = "exports"

urlpatterns = [
    path("posts/<id:post_id>/export.<str:name>", views.export_thread, name="thread"),
    path("posts/<id:post_id>/c/<id:comment_id>/export.<str:name>", views.export_branch, name="branch"),
]
