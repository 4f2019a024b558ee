namespace Holdfast.Bench.Cuts;

/// <summary>What plain libvirt left behind after one cut.</summary>
/// <param name="During">Each copy while the cut lasted, by its host, in libvirt's words.</param>
/// <param name="After">The same some seconds after the cut was healed.</param>
/// <param name="Command">How 'virsh migrate' ended, and when.</param>
/// <param name="Silence">The longest time between two counts of the guest, or since its last.</param>
/// <param name="Work">What a person has to do then.</param>
internal sealed record PlainRow(Cut Cut, string When, string During, string After, string Command, TimeSpan Silence, string Work)
{
    public string Left => $"cut: {During}; healed: {After}; virsh {Command}; {Work}";

    public string[] Cells => [Cut.Name, When, $"longest silence {CutRow.Seconds(Silence)}", Left];
}
