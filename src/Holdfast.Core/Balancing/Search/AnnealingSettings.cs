namespace Holdfast.Core.Balancing.Search;

/// <param name="Hottest">Temperature at the start, in units of cost.</param>
/// <param name="Coldest">Temperature at the end; about the smallest difference of cost that matters.</param>
/// <param name="HomeShare">
/// Share (0 to 1) of trials that try to bring a moved machine home. It acts as a price of being away that falls with the temperature; without it a hot search scatters the
/// machines, and where resources are transient their homes stay full.
/// </param>
public sealed record AnnealingSettings(double Hottest, double Coldest, double HomeShare);
