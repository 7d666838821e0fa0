-- Sending and withdrawing a response wait for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE tombstones ADD COLUMN replaced boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN tombstones.replaced IS 'Whether a response was sent in the place of the withdrawn one, without another invitation or pass. Which one is not stored.';
