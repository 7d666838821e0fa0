DROP TABLE form_versions;
DROP FUNCTION refuse_change_of_version;
DROP TABLE form_drafts;
DROP TABLE forms;
