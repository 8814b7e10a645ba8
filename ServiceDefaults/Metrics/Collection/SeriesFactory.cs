namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>Makes a series where this build's exposition keeps them; the seam of <c>/metrics</c>.</summary>
internal delegate Series SeriesFactory(Family family, LabelSet labels);
