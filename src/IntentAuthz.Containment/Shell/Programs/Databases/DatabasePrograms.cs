namespace IntentAuthz.Containment;

/// <summary>Clients and servers of databases. Their languages can read files and start programs here or on the server.</summary>
internal static class DatabasePrograms
{
    public const string Declarations = """
        program pg_dump pg_dumpall pg_restore createdb dropdb createuser dropuser pgbench vacuumdb reindexdb clusterdb pg_basebackup pg_isready
          exits --version -V -?
          foreign
          host -h --host
          write -o --output --log-file -L
          read -f --file
          text -pUdcvFRPT --port --username --dbname --command --set
          operands text*
        program mysql mariadb mysqldump mariadb-dump mysqladmin mariadb-admin mysqlimport mysqlshow mysqlsh
          exits --version -V
          foreign
          host -h --host
          text -uPDe --user --port --database --execute
          operands text*
        program redis-cli valkey-cli
          exits --version -v
          foreign
          host -h
          text -pnauri
          operands text*
        program mongo mongosh mongodump mongorestore cqlsh sqlcmd bcp isql usql duckdb clickhouse clickhouse-client influx cockroach etcdctl neo4j cypher-shell snowsql bq litecli pgcli mycli
          exits --version
          foreign
          operands text*
        program postgres pg_ctl initdb pg_ctlcluster pg_createcluster mysqld mariadbd redis-server valkey-server mongod memcached nginx apache2 apache2ctl apachectl httpd caddy haproxy traefik etcd rabbitmq-server rabbitmqctl minio vsftpd smbd named dnsmasq dockerd containerd php-fpm
          exits --version -V -v
          always privilege:leaves_a_server_behind
          foreign
          operands path*
        """;
}
