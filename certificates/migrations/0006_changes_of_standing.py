"""The status list asks for few events among many: an index of those alone, made beside traffic."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("certificates", "0005_documents_standing_evidence")]
    operations = [
        AddIndexConcurrently(
            model_name="certificateevent",
            index=models.Index(
                fields=["certificate"],
                name="changes_of_standing",
                condition=models.Q(("kind", "issued"), _negated=True),
            ),
        ),
    ]
