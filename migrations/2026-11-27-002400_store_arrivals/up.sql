-- Stores a batch of arrivals, one element of each array a response, and says what became of it: `stored`, or `released` or
-- `withdrawn` if it was so before. What is in arrivals already, or came under another access rule, is not in the result.
--
-- It is a function so that a batch takes one round trip, and one transaction by itself. Each statement in it sees what was
-- committed when the statement began. So a release or a withdrawal that was still moving the arrival makes the insert
-- wait, and is then seen by the look for what is gone.
CREATE FUNCTION store_arrivals(
    ids uuid[], campaign_ids uuid[], version_ids uuid[], languages text[], weeks date[], records bytea[], remark_lists jsonb[],
    access_rules text[]
) RETURNS TABLE (response uuid, place text) LANGUAGE plpgsql AS $$
DECLARE
    stored uuid[];
    released uuid[];
    withdrawn uuid[];
BEGIN
    -- The foreign key takes this lock anyway. Taken here, it makes the statement wait for a concurrent change of the access
    -- rule, and see its result. The order of the ids prevents deadlocks with other servers.
    WITH campaign AS (
        SELECT c.id, c.access FROM campaigns c WHERE c.id = ANY (campaign_ids) AND c.erased_at IS NULL FOR KEY SHARE
    ), inserted AS (
        INSERT INTO arrivals (id, campaign_id, form_version_id, language, week, record, remarks)
        SELECT a.id, a.campaign_id, a.version_id, a.language, a.week, a.record, a.remarks
        FROM unnest(ids, campaign_ids, version_ids, languages, weeks, records, remark_lists, access_rules)
            AS a (id, campaign_id, version_id, language, week, record, remarks, access)
        JOIN campaign ON campaign.id = a.campaign_id AND campaign.access = a.access
        ORDER BY a.id
        ON CONFLICT (id) DO NOTHING
        RETURNING arrivals.id
    )
    SELECT coalesce(array_agg(inserted.id), '{}') INTO stored FROM inserted;
    SELECT coalesce(array_agg(r.id), '{}') INTO released FROM responses r WHERE r.id = ANY (ids);
    SELECT coalesce(array_agg(t.id), '{}') INTO withdrawn FROM tombstones t WHERE t.id = ANY (ids);
    IF stored && released OR stored && withdrawn THEN
        DELETE FROM arrivals a WHERE a.id = ANY (stored) AND (a.id = ANY (released) OR a.id = ANY (withdrawn));
    END IF;
    -- What was withdrawn between the two looks is in both.
    RETURN QUERY
        SELECT id, 'released' FROM unnest(released) AS id WHERE id <> ALL (withdrawn)
        UNION ALL SELECT id, 'withdrawn' FROM unnest(withdrawn) AS id
        UNION ALL SELECT id, 'stored' FROM unnest(stored) AS id WHERE id <> ALL (released) AND id <> ALL (withdrawn);
END
$$;
