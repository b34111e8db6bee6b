-- Objects of Kubernetes that take accelerators, as far as reviews and the reader spoke of them. `owner` is the uid of the controller that made it.
-- JSON lists of accelerators: `declared` is what the object asks for in all, `pods` what the pods below it take together, `counted` what is held
-- in its name (empty where its owner holds). `waits_since_ns`: since when its first sign, or that of its end, has been awaited.
CREATE TABLE IF NOT EXISTS kubernetes_objects (
    uid TEXT PRIMARY KEY, api_group TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, owner TEXT,
    state TEXT NOT NULL, declared TEXT NOT NULL, pods TEXT NOT NULL, counted TEXT NOT NULL, changed_ns INTEGER NOT NULL,
    waits_since_ns INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS kubernetes_by_owner ON kubernetes_objects (owner);
CREATE INDEX IF NOT EXISTS kubernetes_by_place ON kubernetes_objects (namespace, kind, name);
CREATE INDEX IF NOT EXISTS kubernetes_waiting ON kubernetes_objects (waits_since_ns) WHERE waits_since_ns IS NOT NULL;
-- When the webhook and the reader were last heard of, with what they said of themselves.
CREATE TABLE IF NOT EXISTS kubernetes_heard (who TEXT PRIMARY KEY, last_ns INTEGER NOT NULL, detail TEXT NOT NULL) STRICT, WITHOUT ROWID;
