# Reads a file of responses and writes what it finds as CSV: Rscript read.R IN OUT
library(haven)
arguments <- commandArgs(trailingOnly = TRUE)
table <- if (grepl("\\.sav$", arguments[1])) {
  as.data.frame(zap_formats(zap_labels(read_sav(arguments[1]))))
} else {
  read.csv(arguments[1], check.names = FALSE, na.strings = "", fileEncoding = "UTF-8")
}
write.csv(table, arguments[2], row.names = FALSE, na = "", fileEncoding = "UTF-8")
