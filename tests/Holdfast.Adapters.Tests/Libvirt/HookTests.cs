using System.Diagnostics;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Hook;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class HookTests : IDisposable
{
    private static readonly Guid Id = Guid.Parse("11111111-2222-3333-4444-555555555555");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hf-hook-");
    private readonly HostPaths _paths;
    private readonly string _xml;

    public HookTests()
    {
        _paths = new HostPaths { Run = $"{_directory.FullName}/run", LibvirtHooks = $"{_directory.FullName}/hooks" };
        _xml = DomainXml.Build(new MachineDefinition(Id, "web", "main", 64, 1, 0, "", []), 7, new MachinePlace("/nowhere", null), _paths);
        Assert.Equal(HookChange.Installed, HookInstaller.Install(_paths));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_ticket_lets_one_start_pass_and_only_one()
    {
        StartTicket.Place(Id, 7, _paths);
        Assert.Equal((0, ""), Run("prepare", _xml));
        Assert.Equal((0, ""), Run("prepare", _xml));
        Assert.Equal((0, ""), Run("start", _xml));
        Assert.Equal(1, Run("prepare", _xml).Code);
        Assert.Equal(1, Run("start", _xml).Code);
        Assert.False(StartTicket.Withdraw(Id, 7, _paths));
    }

    [Fact]
    public void Without_a_ticket_a_start_is_refused_in_one_clear_sentence()
    {
        var (code, error) = Run("prepare", _xml);
        Assert.Equal(1, code);
        Assert.Equal("web belongs to Holdfast and is started only by its agent, which asks for the lease first: use 'holdfast vm start web'.\n", error);
    }

    [Fact]
    public void Another_epochs_ticket_a_withdrawn_one_and_another_machines_do_not_help()
    {
        StartTicket.Place(Id, 8, _paths);
        StartTicket.Place(Guid.NewGuid(), 7, _paths);
        StartTicket.Place(Id, 7, _paths);
        Assert.True(StartTicket.Withdraw(Id, 7, _paths));
        Assert.Equal(1, Run("prepare", _xml).Code);
    }

    [Fact]
    public void The_form_in_which_libvirt_writes_the_metadata_does_not_matter()
    {
        StartTicket.Place(Id, 7, _paths);
        var asLibvirt = $"<domain type='qemu' id='3'>\n  <name>web</name>\n  <uuid>{Id:D}</uuid>\n  <metadata>\n    <other:x xmlns:other=\"u\" id=\"1\"/>\n"
            + $"    <holdfast:machine xmlns:holdfast=\"urn:holdfast:machine:1\" epoch='7' id='{Id:D}'/>\n  </metadata>\n  <devices/>\n</domain>\n";
        Assert.Equal((0, ""), Run("start", asLibvirt));
    }

    [Theory]
    [InlineData("<uuid>11111111-2222-3333-4444-555555555555</uuid>", "<uuid>99999999-2222-3333-4444-555555555555</uuid>")]
    [InlineData("epoch=\"7\"", "epoch=\"x\"")]
    [InlineData("epoch=\"7\"", "epoch=\"../7\"")]
    public void Metadata_that_does_not_fit_is_refused_even_with_a_ticket(string right, string wrong)
    {
        StartTicket.Place(Id, 7, _paths);
        Assert.Contains(right, _xml, StringComparison.Ordinal);
        Assert.Equal(1, Run("prepare", _xml.Replace(right, wrong, StringComparison.Ordinal)).Code);
    }

    [Theory]
    [InlineData("prepare", "<domain><name>other</name><uuid>x</uuid></domain>")]
    [InlineData("stopped", null)]
    [InlineData("reconnect", null)]
    [InlineData("migrate", null)]
    public void Foreign_domains_and_other_operations_pass_without_a_word(string operation, string? xml) => Assert.Equal((0, ""), Run(operation, xml ?? _xml));

    [Fact]
    public void A_foreign_hook_is_kept_where_libvirt_runs_it_after_ours()
    {
        var hook = $"{_paths.LibvirtHooks}/qemu";
        Assert.Equal(HookChange.Unchanged, HookInstaller.Install(_paths));
        File.WriteAllText(hook, "#!/bin/sh\necho theirs\n");
        Assert.Equal(HookChange.InstalledBesideAnother, HookInstaller.Install(_paths));
        Assert.Equal("#!/bin/sh\necho theirs\n", File.ReadAllText($"{_paths.LibvirtHooks}/qemu.d/50-before-holdfast"));
        Assert.Equal(HookScript.Text(_paths), File.ReadAllText(hook));

        // An older one of ours is replaced, not kept.
        File.WriteAllText(hook, HookScript.Text(_paths) + "# old\n");
        Assert.Equal(HookChange.Installed, HookInstaller.Install(_paths));
        Assert.Single(Directory.GetFiles($"{_paths.LibvirtHooks}/qemu.d"));
    }

    private (int Code, string Error) Run(string operation, string xml)
    {
        var start = new ProcessStartInfo($"{_paths.LibvirtHooks}/qemu")
        {
            ArgumentList = { "web", operation, "begin", "-" }, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using var hook = Process.Start(start)!;
        try
        {
            hook.StandardInput.Write(xml);
            hook.StandardInput.Close();
        }
        catch (IOException)
        {
            // An operation that does not interest the hook ends without reading.
        }

        var error = hook.StandardError.ReadToEnd();
        Assert.Equal("", hook.StandardOutput.ReadToEnd());
        Assert.True(hook.WaitForExit(5000));
        return (hook.ExitCode, error);
    }
}
