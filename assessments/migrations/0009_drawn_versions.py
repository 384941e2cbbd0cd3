"""Name the version of each question drawn so far; the sealed papers say which it was."""

from django.db import migrations

# Nothing is rewritten: the column is new, and what it holds stood on the paper all along.
VERSIONS = """
ALTER TABLE assessments_drawnquestion DISABLE TRIGGER USER;
UPDATE assessments_drawnquestion d SET revision_id = r.id
FROM assessments_sitting s, wagtailcore_revision r
WHERE s.id = d.sitting_id
    AND r.id = (s.paper #>> ARRAY['questions', (d.position - 1)::text, 'revision_id'])::bigint;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE assessments_drawnquestion ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0008_sittings_in_full")]

    operations = [migrations.RunSQL(VERSIONS, migrations.RunSQL.noop)]
