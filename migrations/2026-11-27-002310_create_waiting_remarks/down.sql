INSERT INTO remarks (id, campaign_id, question, language, text)
    SELECT id, campaign_id, question, language, text FROM waiting_remarks ORDER BY id;
DROP TABLE waiting_remarks;
