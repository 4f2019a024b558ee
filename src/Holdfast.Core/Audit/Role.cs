namespace Holdfast.Core.Audit;

/// <summary>Who has to look where no program can: the roles by which the Kompendium (edition 2023) says who is responsible.</summary>
internal static class Role
{
    public const string Operations = "IT-Betrieb";
    public const string Planners = "Planende";
    public const string Officer = "Informationssicherheitsbeauftragte";
    public const string Emergency = "Notfallbeauftragte";
    public const string Management = "Institutionsleitung";
    public const string Building = "Haustechnik";
}
