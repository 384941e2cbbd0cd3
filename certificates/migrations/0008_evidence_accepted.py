from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0007_unreached"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("decision", "accepted")),
                fields=["decided_at", "id"],
                name="evidence_accepted",
            ),
        ),
    ]
