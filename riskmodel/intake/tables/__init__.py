"""Tables of assessments in CSV, Parquet and Excel, in our columns or an analyst's own."""
