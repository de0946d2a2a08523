-- Programs of schema 2 deleted output themselves when they cleaned up: nobody but the table's owner needs that any more.
DO $body$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT DISTINCT g.grantee::text AS grantee, g.privilege_type::text AS privilege
      FROM information_schema.role_table_grants g JOIN pg_tables t ON t.schemaname = g.table_schema AND t.tablename = g.table_name
      WHERE g.table_schema = 'argosy_output' AND g.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
        AND g.grantee <> t.tableowner LOOP
    EXECUTE format('REVOKE %s ON ALL TABLES IN SCHEMA argosy_output FROM %I', r.privilege, r.grantee);
  END LOOP;
END
$body$;
