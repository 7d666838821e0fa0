-- What still waits is released first: it was acknowledged.
INSERT INTO responses (id, campaign_id, form_version_id, language, week, record)
    SELECT id, campaign_id, form_version_id, language, week, record FROM arrivals ORDER BY id;
INSERT INTO remarks (id, campaign_id, question, language, text)
    SELECT (remark->>'id')::uuid, campaign_id, remark->>'question', language, remark->>'text'
    FROM arrivals, jsonb_array_elements(arrivals.remarks) AS remark ORDER BY 1;
DROP TABLE arrivals;
ALTER TABLE campaigns DROP COLUMN release_size;
