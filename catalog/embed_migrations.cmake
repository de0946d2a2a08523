# Writes OUT, a C++ source with every migration under FOLDER/{sqlite,postgresql} as a string. Both must have the same names.
function(migration_table folder variable)
  file(GLOB files ${FOLDER}/${folder}/*.sql)
  list(SORT files)
  set(table "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" number ${name})
    math(EXPR number "${number} + 0")
    file(READ ${file} text)
    string(APPEND table "    {${number}, \"${name}\", R\"argosy_sql(${text})argosy_sql\"},\n")
  endforeach()
  set(${variable} "${table}" PARENT_SCOPE)
endfunction()

file(GLOB sqlite_names RELATIVE ${FOLDER}/sqlite ${FOLDER}/sqlite/*.sql)
file(GLOB postgresql_names RELATIVE ${FOLDER}/postgresql ${FOLDER}/postgresql/*.sql)
if(NOT sqlite_names STREQUAL postgresql_names)
  message(FATAL_ERROR "schemas/migrations: sqlite has ${sqlite_names}, postgresql has ${postgresql_names}")
endif()
migration_table(sqlite sqlite)
migration_table(postgresql postgresql)
migration_table(sqlite/finish sqlite_finish)
migration_table(postgresql/finish postgresql_finish)
file(WRITE ${OUT} "#include \"catalog/migrations.h\"

namespace argosy::catalog {

const std::vector<Migration>& migrations(Dialect dialect) {
  static const std::vector<Migration> sqlite = {
${sqlite}  };
  static const std::vector<Migration> postgresql = {
${postgresql}  };
  return dialect == Dialect::sqlite ? sqlite : postgresql;
}

const std::vector<Migration>& finishing(Dialect dialect) {
  static const std::vector<Migration> sqlite = {
${sqlite_finish}  };
  static const std::vector<Migration> postgresql = {
${postgresql_finish}  };
  return dialect == Dialect::sqlite ? sqlite : postgresql;
}

}  // namespace argosy::catalog
")
