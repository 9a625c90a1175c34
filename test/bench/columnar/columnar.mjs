// The facts of all departments by DuckDB over Parquet:
//
//     node columnar.mjs FOLDER ROUNDS QUERY
//
// FOLDER has SOURCE.csv and SOURCE.types for each source, QUERY the same statement
// as PostgreSQL's.  Prints "import MILLISECONDS" (CSV to Parquet), "query
// MILLISECONDS" a round on one thread, "threads MILLISECONDS" a round on all, and
// "sums" with the sum of every column, for comparison.
import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';

const [folder, rounds, queryFile] = process.argv.slice(2);
const query = readFileSync(queryFile, 'utf8').replaceAll('deptperf.', '');
const database = await (await DuckDBInstance.create(':memory:')).connect();

async function milliseconds(statement) {
    const since = process.hrtime.bigint();
    await database.runAndReadAll(statement);
    return Number(process.hrtime.bigint() - since) / 1e6;
}

let imported = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.csv'))) {
    const source = file.slice(0, -'.csv'.length);
    const types = readFileSync(`${folder}/${source}.types`, 'utf8');
    imported += await milliseconds(`COPY (FROM read_csv('${folder}/${file}', header = true, columns = ${types}))
        TO '${folder}/${source}.parquet' (FORMAT parquet)`);
    await database.run(`CREATE VIEW ${source} AS FROM '${folder}/${source}.parquet'`);
}
console.log('import', imported);

const columns = (await database.runAndReadAll(`SELECT * FROM (${query}) LIMIT 0`)).columnNames().filter((name) => name !== 'dept_id');
const counted = `SELECT ${columns.map((name) => `count(${name})`)} FROM (${query})`;
for (const [name, threads] of [['query', '1'], ['threads', cpus().length]]) {
    await database.run(`SET threads = ${threads}`);
    for (let round = 0; round <= rounds; round++) {
        const time = await milliseconds(counted);
        if (round > 0) console.log(name, time);         // the first one reads from disk
    }
}

const sums = (await database.runAndReadAll(`SELECT ${columns.map((name) => `sum(${name})::VARCHAR`)} FROM (${query})`)).getRows()[0];
console.log('sums', sums.map((sum) => (sum.includes('.') ? sum.replace(/\.?0+$/, '') : sum)).join(','));
