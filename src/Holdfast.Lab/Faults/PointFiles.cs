namespace Holdfast.Lab.Faults;

/// <summary>The files by which a host's agent is told to hold a step (docs/adr/0013): NAME asks for it, NAME.reached says that it is held.</summary>
internal sealed class PointFiles(string host, string folder)
{
    /// <summary>Written by an agent that obeys, and by no other: the steps that it can hold.</summary>
    private const string Steps = "steps";
    private const string Reached = ".reached";

    internal void Set(LabFault.Point fault)
    {
        if (!File.Exists(Of(Steps)))
        {
            throw new LabException($"The agent of {host} was not started with fault points; 'holdfast lab up --fault-points' makes a lab whose agents are.");
        }

        var steps = File.ReadAllLines(Of(Steps));
        if (!steps.Any(step => fault.Name == $"before-{step}" || fault.Name == $"after-{step}"))
        {
            throw new LabException($"'{fault.Name}' is no point; it is before-STEP or after-STEP, with one of the steps {string.Join(", ", steps)}.");
        }

        Release(fault.Name);
        if (fault.Hold)
        {
            File.WriteAllText(Of(fault.Name), "");
        }
    }

    internal bool IsHeld(string point) => File.Exists(Of(point + Reached));

    /// <summary>What is held goes on, and nothing more will be.</summary>
    internal void Clear()
    {
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            if (Path.GetFileName(file) != Steps)
            {
                File.Delete(file);
            }
        }
    }

    private void Release(string point)
    {
        File.Delete(Of(point));
        File.Delete(Of(point + Reached));
    }

    private string Of(string name) => Path.Combine(folder, name);
}
