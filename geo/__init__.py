"""Places: values, columns, queries, grids and the gazetteer. Knows neither Flask nor MERIS."""
