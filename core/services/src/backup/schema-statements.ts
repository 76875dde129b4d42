/**
 * What there is in some schemas ($1), each row a statement that makes it. `search_path` has to be `pg_catalog`, so that PostgreSQL writes all
 * names in full.
 */

const ofExtension = (catalog: string, oid: string): string =>
  `EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`

const schemaOf = (column: string): string => `JOIN pg_namespace n ON n.oid = ${column} AND n.nspname = ANY($1)`

/** Kinds that no statement below makes: whoever has one is told so instead of losing it. */
export const unsupported = `
  SELECT format('type %s', format_type(t.oid, NULL)) AS what FROM pg_type t ${schemaOf('t.typnamespace')}
  WHERE t.typtype IN ('d', 'r') OR t.typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c'
  UNION ALL SELECT format('%s %I.%I', CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END, n.nspname, c.relname)
  FROM pg_class c ${schemaOf('c.relnamespace')} WHERE c.relkind IN ('m', 'f')
  UNION ALL SELECT format('table that inherits %s', h.inhrelid::regclass) FROM pg_inherits h
  JOIN pg_class c ON c.oid = h.inhparent AND c.relkind = 'r' ${schemaOf('c.relnamespace')}
  UNION ALL SELECT format('aggregate %s', p.oid::regprocedure) FROM pg_proc p ${schemaOf('p.pronamespace')}
  WHERE p.prokind = 'a' AND NOT ${ofExtension('pg_proc', 'p.oid')}
  UNION ALL SELECT format('rule %I on %s', r.rulename, r.ev_class::regclass) FROM pg_rewrite r
  JOIN pg_class c ON c.oid = r.ev_class ${schemaOf('c.relnamespace')} WHERE r.rulename <> '_RETURN'
  UNION ALL SELECT format('policy %I on %s', p.polname, p.polrelid::regclass) FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid ${schemaOf('c.relnamespace')}
  UNION ALL SELECT format('trigger %I on %s, which is switched off', t.tgname, t.tgrelid::regclass) FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid ${schemaOf('c.relnamespace')} WHERE NOT t.tgisinternal AND t.tgenabled <> 'O'
  UNION ALL SELECT format('function %s, which reads a view', p.oid::regprocedure) FROM pg_proc p ${schemaOf('p.pronamespace')}
  WHERE EXISTS (SELECT FROM pg_depend d JOIN pg_class v ON v.relkind = 'v' AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = v.oid
    OR d.refclassid = 'pg_type'::regclass AND d.refobjid = v.reltype) WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid)
  UNION ALL SELECT format('row level security of %s', c.oid::regclass) FROM pg_class c ${schemaOf('c.relnamespace')} WHERE c.relrowsecurity
  UNION ALL SELECT format('text search configuration %s', c.oid::regconfig) FROM pg_ts_config c ${schemaOf('c.cfgnamespace')}
  UNION ALL SELECT format('text search dictionary %s', d.oid::regdictionary) FROM pg_ts_dict d ${schemaOf('d.dictnamespace')}
  WHERE NOT ${ofExtension('pg_ts_dict', 'd.oid')}
  UNION ALL SELECT format('collation %I.%I', n.nspname, c.collname) FROM pg_collation c ${schemaOf('c.collnamespace')}
  UNION ALL SELECT format('operator %s', o.oid::regoperator) FROM pg_operator o ${schemaOf('o.oprnamespace')}
  WHERE NOT ${ofExtension('pg_operator', 'o.oid')}
  UNION ALL SELECT format('operator class %I.%I', n.nspname, o.opcname) FROM pg_opclass o ${schemaOf('o.opcnamespace')}
  WHERE NOT ${ofExtension('pg_opclass', 'o.oid')}
  ORDER BY 1`

/** In their schemas: others name what is in them in full. */
export const extensions = `
  SELECT format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I', e.extname, n.nspname) AS sql
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY 1`

/** Kept for what needs them; another server may not have all that this one has. */
export const isExtension = (statement: string): boolean => statement.startsWith('CREATE EXTENSION ')

export const enums = `
  SELECT format('CREATE TYPE %s AS ENUM (%s)', format_type(t.oid, NULL), string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)) AS sql
  FROM pg_type t ${schemaOf('t.typnamespace')} JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.oid ORDER BY 1`

/** `late`: with a table's rows among its arguments or results. */
export const functions = `
  SELECT pg_get_functiondef(p.oid) AS sql, EXISTS (
    SELECT FROM pg_depend d LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND (d.refclassid = 'pg_class'::regclass OR t.typrelid <> 0)
  ) AS late
  FROM pg_proc p ${schemaOf('p.pronamespace')} WHERE p.prokind IN ('f', 'p', 'w') AND NOT ${ofExtension('pg_proc', 'p.oid')}
  ORDER BY p.oid::regprocedure::text COLLATE "C"`

const sequenceOptions = (sequence: string): string =>
  `format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s', ${sequence}.seqstart, ${sequence}.seqincrement, ${sequence}.seqmin,
     ${sequence}.seqmax, ${sequence}.seqcache, CASE WHEN ${sequence}.seqcycle THEN ' CYCLE' ELSE '' END)`

/** Those of identities come with their columns. */
export const sequences = `
  SELECT format('CREATE %sSEQUENCE %I.%I AS %s %s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, n.nspname, c.relname,
    format_type(s.seqtypid, NULL), ${sequenceOptions('s')}) AS sql,
    (SELECT format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', n.nspname, c.relname, d.refobjid::regclass, a.attname)
     FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a') AS owner
  FROM pg_class c ${schemaOf('c.relnamespace')} JOIN pg_sequence s ON s.seqrelid = c.oid
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

/** A statement for each, which answers the statement that sets it: one that was restarted and not used since has its place, too. */
export const sequenceReaders = `
  SELECT format('SELECT format(''SELECT setval(%%L, %%s, %%L)'', %L, last_value, is_called) AS sql FROM %I.%I',
    format('%I.%I', schemaname, sequencename), schemaname, sequencename) AS sql
  FROM pg_sequences WHERE schemaname = ANY($1) ORDER BY schemaname COLLATE "C", sequencename COLLATE "C"`

const storedOptions = (column: string): string =>
  `CASE WHEN ${column} IS NULL THEN '' ELSE format(' WITH (%s)', array_to_string(${column}, ', ')) END`

// a partition gets its identity from the table that it is attached to
const columnText = `
  format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
  || CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format(' COLLATE %I.%I', cn.nspname, co.collname) FROM pg_collation co
       JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) ELSE '' END
  || CASE
       WHEN a.attgenerated <> '' THEN
         format(' GENERATED ALWAYS AS (%s)%s', pg_get_expr(d.adbin, d.adrelid), CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END)
       WHEN a.attidentity <> '' AND NOT c.relispartition THEN
         (SELECT format(' GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
            s.seqrelid::regclass, ${sequenceOptions('s')})
          FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid
          WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum
            AND i.deptype = 'i')
       WHEN d.adbin IS NOT NULL THEN format(' DEFAULT %s', pg_get_expr(d.adbin, d.adrelid))
       ELSE '' END
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END`

/** `columns`: those that rows are copied with; none for a table that only has partitions. */
export const tables = `
  SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS partitioned,
    format('CREATE %sTABLE %I.%I (%s)%s%s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, n.nspname, c.relname,
      string_agg(${columnText}, ', ' ORDER BY a.attnum), CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END,
      ${storedOptions('c.reloptions')}) AS sql,
    format('%I.%I', n.nspname, c.relname) AS qualified,
    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
    CASE WHEN c.relispartition THEN (SELECT format('ALTER TABLE %s ATTACH PARTITION %I.%I %s', h.inhparent::regclass, n.nspname, c.relname,
      pg_get_expr(c.relpartbound, c.oid)) FROM pg_inherits h WHERE h.inhrelid = c.oid) END AS attach,
    string_agg(format('ALTER TABLE %I.%I ALTER COLUMN %I SET STATISTICS %s', n.nspname, c.relname, a.attname, a.attstattarget), '; ' ORDER BY a.attnum)
      FILTER (WHERE a.attstattarget >= 0) AS statistics
  FROM pg_class c ${schemaOf('c.relnamespace')}
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p') GROUP BY n.nspname, c.oid ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

const constraints = (which: string): string => `
  SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${schemaOf('c.relnamespace')}
  WHERE ${which} ORDER BY k.contype = 'u', k.conrelid::regclass::text COLLATE "C", k.conname COLLATE "C"`

/** Made for every table alone: a partition that is attached brings its own, with their names. */
export const ownConstraints = constraints(`k.contype IN ('p', 'u', 'x', 'c')`)
export const foreignKeys = constraints(`k.contype = 'f' AND k.conparentid = 0`)

// one that could not be completed (CREATE INDEX CONCURRENTLY) is nothing to keep
export const indexes = `
  SELECT CASE i.relkind WHEN 'I' THEN regexp_replace(pg_get_indexdef(x.indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(x.indexrelid) END AS sql
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid ${schemaOf('c.relnamespace')}
  WHERE x.indisvalid AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
  ORDER BY 1`

export const statisticsObjects = `
  SELECT pg_get_statisticsobjdef(s.oid) AS sql FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid ${schemaOf('c.relnamespace')} ORDER BY 1`

/** `needs`: views that it reads. */
export const views = `
  SELECT c.oid::text AS id, format('CREATE VIEW %I.%I%s AS %s', n.nspname, c.relname, ${storedOptions('c.reloptions')}, pg_get_viewdef(c.oid)) AS sql,
    ARRAY(SELECT DISTINCT v.oid::text FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      JOIN pg_class v ON d.refclassid = 'pg_class'::regclass AND v.oid = d.refobjid AND v.relkind = 'v' AND v.oid <> c.oid
      WHERE r.ev_class = c.oid) AS needs
  FROM pg_class c ${schemaOf('c.relnamespace')} WHERE c.relkind = 'v' ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

export const triggers = `
  SELECT pg_get_triggerdef(t.oid) AS sql FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid ${schemaOf('c.relnamespace')}
  WHERE NOT t.tgisinternal AND t.tgparentid = 0 ORDER BY 1`

/** Those of published views are how Parley knows which definition holds. */
export const comments = `
  SELECT format('COMMENT ON %s IS %L', object, description) AS sql FROM (
    SELECT d.description, CASE WHEN d.objsubid > 0 THEN format('COLUMN %s.%I', c.oid::regclass, a.attname)
      ELSE format('%s %s', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'i' THEN 'INDEX' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass) END AS object
    FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid ${schemaOf('c.relnamespace')}
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
    UNION ALL SELECT d.description, format('FUNCTION %s', p.oid::regprocedure)
    FROM pg_description d JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid ${schemaOf('p.pronamespace')} WHERE p.prokind = 'f'
    UNION ALL SELECT d.description, format('SCHEMA %I', n.nspname)
    FROM pg_description d JOIN pg_namespace n ON d.classoid = 'pg_namespace'::regclass AND n.oid = d.objoid AND n.nspname = ANY($1)
  ) AS described ORDER BY 1`

/** The schemas of the host and of all plugins that ever ran here. From the catalogue: `to_regclass` is refused where a schema may not be used. */
export const ourSchemas = `
  SELECT n.nspname AS name FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'migrations' AND c.relkind = 'r'
  WHERE n.nspname = 'host' OR starts_with(n.nspname, 'plugin_')
  ORDER BY n.nspname COLLATE "C"`
