-- What the statements of the views call and PostgreSQL does not have, or has otherwise: as SQLite means it. `wattledger` comes before `pg_catalog` in
-- the search path, so that these are found first.

-- A sum of integers is an integer, and one that is too large is an error.
CREATE AGGREGATE sum(bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE);

CREATE FUNCTION max(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT CASE WHEN a >= b THEN a WHEN a < b THEN b END';
CREATE FUNCTION min(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT CASE WHEN a <= b THEN a WHEN a > b THEN b END';

-- The whole part of a number; the largest integer where it is larger.
CREATE FUNCTION whole(number float8) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT CASE WHEN number >= 9223372036854775807.0::float8 THEN 9223372036854775807 ELSE trunc(number)::bigint END';

CREATE FUNCTION instr(hay text, needle text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT strpos(hay, needle)::bigint';

CREATE FUNCTION hex(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT upper(encode(bytes, 'hex')) $$;

CREATE FUNCTION zeroblob(length integer) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT decode(repeat('00', length), 'hex') $$;

CREATE FUNCTION json_each(document text) RETURNS TABLE (key text, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT key, value FROM json_each_text(document::json)';

-- `path` is `$.name`.
CREATE FUNCTION json_extract(document text, path text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT document::json ->> substr(path, 3)';

CREATE FUNCTION json_valid(document text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    PERFORM document::json;
    RETURN document IS NOT NULL;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN false;
END $$;

-- The day, UTC, of seconds since 1970.
CREATE FUNCTION date(seconds bigint, unit text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_char(timestamp '1970-01-01' + seconds * interval '1 second', 'YYYY-MM-DD') $$;

-- The hour, day or month of nanoseconds since 1970 by the clocks of a time zone; `asked` is `day Europe/Berlin`.
CREATE FUNCTION calendar(at_ns bigint, asked text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    zone text := split_part(asked, ' ', 2);
    seconds bigint := floor(at_ns / 1e9);
    utc timestamp := timestamp '1970-01-01' + seconds * interval '1 second';
    local timestamp := (utc AT TIME ZONE 'UTC') AT TIME ZONE zone;
    minutes integer := (extract(epoch FROM local - utc) / 60)::integer;
BEGIN
    RETURN CASE split_part(asked, ' ', 1)
        WHEN 'hour' THEN to_char(local, 'YYYY-MM-DD"T"HH24:00') || CASE WHEN minutes < 0 THEN '-' ELSE '+' END
            || to_char(abs(minutes) / 60, 'FM00') || ':' || to_char(abs(minutes) % 60, 'FM00')
        WHEN 'day' THEN to_char(local, 'YYYY-MM-DD')
        WHEN 'month' THEN to_char(local, 'YYYY-MM')
    END;
END $$;

-- In hexadecimal.
CREATE FUNCTION sha256(bytes text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT encode(pg_catalog.sha256(convert_to(bytes, 'UTF8')), 'hex') $$;
CREATE FUNCTION sha256(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT encode(pg_catalog.sha256(bytes), 'hex') $$;
