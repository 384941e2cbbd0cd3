"""Who sees and changes exam content in the staff site: the answer to every question Wagtail asks.

No group holds a permission on questions (``lms.roles``), so that a door which asks for the model
alone stays shut; what opens is decided here, for the one question, by the roles held now.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet
from wagtail.permission_policies import BasePermissionPolicy

from assessments import perms
from assessments.models import Question, Topic
from people.models import Membership, User

# What nobody does by hand, whoever they are: a question goes live by an approved review alone.
REVIEWS_ALONE = frozenset({"publish"})


class OwnCoursesPolicy(BasePermissionPolicy):
    """Trainers of the authority that looks after the course, each as far as ``roles`` says;
    platform administrators everywhere."""

    permission_cache_name = "_roles_at_authorities"

    def __init__(
        self,
        model: type[Model],
        *,
        roles: Mapping[str, Collection[str]],
        instances: Callable[..., QuerySet[Any]],
    ) -> None:
        super().__init__(model)
        self.roles = roles
        self.instances = instances

    def get_all_permissions_for_user(self, user: Any) -> set[str]:
        """The roles held anywhere, read once for a request: lists ask again for each row."""
        return set(Membership.objects.of(user).current().values_list("role", flat=True))

    def user_has_permission(self, user: Any, action: str) -> bool:
        if not user.is_active or action in REVIEWS_ALONE:
            return False
        held: set[str] = self.get_cached_permissions_for_user(user)
        return bool(user.is_superuser) or not held.isdisjoint(self.roles.get(action, ()))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if not self.user_has_permission(user, action):
            return False
        own = self.instances_user_has_permission_for(user, action)
        return bool(own.filter(pk=instance.pk).exists())

    def instances_user_has_any_permission_for(
        self, user: Any, actions: Iterable[str]
    ) -> QuerySet[Any]:
        open_to = [action for action in actions if self.user_has_permission(user, action)]
        if not open_to:
            return self.model._default_manager.none()  # type: ignore[no-any-return]  # noqa: SLF001
        return self.instances(
            user, *{role for action in open_to for role in self.roles.get(action, ())}
        )

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[User]:
        roles = {role for action in actions for role in self.roles.get(action, ())}
        held = Membership.objects.current().filter(role__in=roles)
        people = Q(pk__in=held.values("user")) | Q(is_superuser=True)
        return User.objects.filter(people, is_active=True)


QUESTIONS = OwnCoursesPolicy(
    Question, roles=perms.QUESTION_ROLES, instances=perms.trainer_questions
)
TOPICS = OwnCoursesPolicy(Topic, roles=perms.TOPIC_ROLES, instances=perms.trainer_topics)
