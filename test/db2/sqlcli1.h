/*
 * Lets ibm_db be compiled against unixODBC instead of Db2's call level interface, for the tests only: ODBC's own
 * declarations, the few names that Db2 adds to them (with the numbers of its sqlcli1.h), and Db2's 32-bit lengths where
 * ODBC has 64-bit ones. What only Db2 has answers that it failed.
 */
#pragma once
#include <sql.h>
#include <sqlext.h>

#define SQL_BLOB -98
#define SQL_CLOB -99
#define SQL_DBCLOB -350
#define SQL_XML -370
#define SQL_DECFLOAT -360
#define SQL_BOOLEAN 16
#define SQL_ROW -371
#define SQL_GRAPHIC -95
#define SQL_VARGRAPHIC -96
#define SQL_LONGVARGRAPHIC -97
#define SQL_C_DBCHAR SQL_DBCLOB
#define SQL_FILE_READ 2
#define SQL_FILE_OVERWRITE 16
#define SQL_DESC_CONSIZE_TYPE 2632
#define SQL_ATTR_DBC_SYS_NAMING 3017
#define SQL_DBMS_FUNCTIONLVL 203
#define SQL_DATABASE_CODEPAGE 2519
#define SQL_APPLICATION_CODEPAGE 2520
#define SQL_CONNECT_CODEPAGE 2521
#define SQL_DB2_DRIVER_VER 2550
#define SQL_DB2_DRIVER_TYPE 2567
#define SQL_INPUT_CHAR_CONVFACTOR 2581
#define SQL_OUTPUT_CHAR_CONVFACTOR 2582
#define SQL_DRIVER_BLDLEVEL 2604
#define SQL_MAX_MODULE_NAME_LEN 2610

template <typename... Arguments> SQLRETURN SQLCreateDb(Arguments...) { return SQL_ERROR; }
template <typename... Arguments> SQLRETURN SQLDropDb(Arguments...) { return SQL_ERROR; }
template <typename... Arguments> SQLRETURN SQLBindFileToParam(Arguments...) { return SQL_ERROR; }
template <typename... Arguments> SQLRETURN SQLBindFileToCol(Arguments...) { return SQL_ERROR; }

/* A template is chosen only where ODBC's own function does not fit the pointer that it is to write to. */
template <typename Number>
SQLRETURN SQLColAttribute(SQLHSTMT statement, SQLUSMALLINT column, SQLUSMALLINT field, SQLPOINTER text,
                          SQLSMALLINT length, SQLSMALLINT *written, Number *number) {
  SQLLEN value = 0;
  SQLRETURN code = ::SQLColAttribute(statement, column, field, text, length, written, &value);
  *number = static_cast<Number>(value);
  return code;
}

inline SQLRETURN SQLRowCount(SQLHSTMT statement, SQLINTEGER *count) {
  SQLLEN value = 0;
  SQLRETURN code = ::SQLRowCount(statement, &value);
  *count = static_cast<SQLINTEGER>(value);
  return code;
}

/* Array binding would need an array of lengths; single parameters do with one. */
inline SQLRETURN SQLBindParameter(SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT kind, SQLSMALLINT from,
                                  SQLSMALLINT to, SQLULEN size, SQLSMALLINT digits, SQLPOINTER value,
                                  SQLLEN length, SQLINTEGER *indicator) {
  return ::SQLBindParameter(statement, number, kind, from, to, size, digits, value, length,
                            reinterpret_cast<SQLLEN *>(indicator));
}
