using System.Collections.Immutable;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Daemon.Intents;

namespace Holdfast.Daemon.Tests.Intents;

public sealed class RequestTests
{
    [Theory]
    [InlineData("Web", "'Web' is not a name for a machine")]
    [InlineData("1web", "'1web' is not a name for a machine")]
    [InlineData("../etc", "'../etc' is not a name for a machine")]
    public void A_bad_name_is_a_usage_error(string name, string complaint) => Refused(new CreateMachine { Name = name }, complaint);

    [Fact]
    public void Bad_sizes_are_usage_errors()
    {
        Refused(new CreateMachine { Name = "web", MemoryMiB = 0 }, "no size for web's memory");
        Refused(new CreateMachine { Name = "web", DiskMiB = -1 }, "no size for web's disk");
        Refused(new CreateMachine { Name = "web", Cpus = 0 }, "no number of CPUs for web");
        Refused(new CreateMachine { Name = "web", Image = "disk.img" }, "give the full path");
        MachineRequests.Check(new CreateMachine { Name = "web-2" });
    }

    [Fact]
    public void A_disk_as_large_as_its_image_needs_an_image_and_so_does_a_user_data_that_cloud_init_must_know()
    {
        Refused(new CreateMachine { Name = "web", DiskMiB = 0 }, "no size for web's disk");
        Refused(new CreateMachine { Name = "web", CloudInit = "#cloud-config\n" }, "web has no image that could read the user-data");
        Refused(new CreateMachine { Name = "web", Image = "/images/a.qcow2", CloudInit = "hostname: web\n" }, "begins with no word that cloud-init knows");
        MachineRequests.Check(new CreateMachine { Name = "web", DiskMiB = 0, Image = "/images/a.qcow2", CloudInit = "#cloud-config\n" });
    }

    [Theory]
    [InlineData("10.1.2")]
    [InlineData("10.1.2.03")]
    [InlineData("10.1.2.256")]
    [InlineData("fe80::1")]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("web")]
    [InlineData("")]
    public void What_is_no_address_of_one_device_is_a_usage_error(string ip)
    {
        Refused(new CreateMachine { Name = "web", Ips = ["10.1.2.3", ip] }, $"'{ip}' is no address for a machine");
        Assert.Contains($"'{ip}' is no address", Assert.Throws<ApiException>(() => MachineRequests.Check("web", new SetMachine { AddIps = [ip] })).Message);
    }

    [Fact]
    public void Nothing_to_set_an_address_to_add_and_to_remove_and_too_many_are_usage_errors()
    {
        MachineRequests.Check("web", new SetMachine { AddIps = ["10.1.2.3"], RemoveIps = ["10.1.2.4"] });
        MachineRequests.Check("web", new SetMachine { ApartGroup = "front" });
        MachineRequests.Check("web", new SetMachine { ApartGroup = "" });
        Assert.Contains("'Front' is not a name", Assert.Throws<ApiException>(() => MachineRequests.Check("web", new SetMachine { ApartGroup = "Front" })).Message);
        Assert.Contains("Nothing is said", Assert.Throws<ApiException>(() => MachineRequests.Check("web", new SetMachine())).Message);
        Assert.Contains("10.1.2.3 is both", Assert.Throws<ApiException>(() => MachineRequests.Check("web", new SetMachine { AddIps = ["10.1.2.3"], RemoveIps = ["10.1.2.3"] })).Message);
        Refused(new CreateMachine { Name = "web", Ips = [.. Enumerable.Range(1, 33).Select(n => $"10.1.2.{n}")] }, "33 addresses are too many for web");
    }

    [Fact]
    public void A_datastore_needs_a_name_a_full_path_and_a_drain_that_makes_sense()
    {
        MachineRequests.Check(new AddDatastore("shared", "/mnt/shared", null));
        Assert.Equal(ErrorCode.Usage, Assert.Throws<ApiException>(() => MachineRequests.Check(new AddDatastore("shared", "mnt", 4))).Code);
        Assert.Equal(ErrorCode.Usage, Assert.Throws<ApiException>(() => MachineRequests.Check(new AddDatastore("shared", "/mnt", -1))).Code);
        Assert.Contains("-2 s is no fail-over for shared", Assert.Throws<ApiException>(() => MachineRequests.Check(new AddDatastore("shared", "/mnt", 4, -2))).Message);
        Assert.Equal(ErrorCode.Usage, Assert.Throws<ApiException>(() => MachineRequests.Check(new AddDatastore("a b", "/mnt", 4))).Code);
    }

    [Fact]
    public void No_room_names_the_host_that_comes_nearest_among_the_living()
    {
        var snapshot = Snapshots.Of([Snapshots.Host("h1", 0, "alive", 1024), Snapshots.Host("h2", 1, "alive", 2150), Snapshots.Host("h3", 2, "dead", 900_000)]);
        Assert.Null(Room.For("web", 2150, snapshot));
        Assert.Equal("no room for big: it needs 900 GiB, the largest free host is h2 with 2.1 GiB; give it less memory or free some.", Room.For("big", 921_600, snapshot));
    }

    [Fact]
    public void A_host_that_was_asked_for_is_checked_for_room_itself()
    {
        var snapshot = Snapshots.Of([Snapshots.Host("h1", 0, "alive", 1024), Snapshots.Host("h2", 1, "alive", 2150), Snapshots.Host("h3", 2, "suspect", 900_000), Snapshots.Host("h4", 3, "alive", 0)]);
        Assert.Null(Room.For("web", 2000, snapshot, "h2"));
        Assert.Null(Room.For("web", 2000, snapshot, "h4"));
        Assert.StartsWith("no room for web on h1: it needs 2 GiB, 1 GiB are free there;", Room.For("web", 2048, snapshot, "h1"), StringComparison.Ordinal);
        Assert.StartsWith("h3 cannot take web: it is not seen alive;", Room.For("web", 1, snapshot, "h3"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_is_being_drained_has_room_for_nothing_and_says_the_way_out()
    {
        var snapshot = Snapshots.Of([Snapshots.Host("h1", 0, "alive", 1024), Snapshots.Host("h2", 1, "alive", 4096) with { Draining = true }]);
        Assert.Equal("no room for web: it needs 2 GiB, the largest free host is h1 with 1 GiB; give it less memory or free some.", Room.For("web", 2048, snapshot));
        Assert.Equal(
            "h2 cannot take web: it is being drained and takes no machines until 'holdfast host resume h2'; or leave the host out and the cluster chooses one.", Room.For("web", 1, snapshot, "h2"));
    }

    [Fact]
    public void Only_probe_files_are_read_for_another_host()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-probe-").FullName;
        try
        {
            var probe = CoherenceProbe.FileIn(folder, Guid.NewGuid());
            CoherenceProbe.Write(probe, "token");
            Assert.Equal("token", CoherenceProbe.Read(probe));
            CoherenceProbe.Write(probe, "next");
            Assert.Equal("next", CoherenceProbe.Read(probe));
            File.WriteAllText(Path.Combine(folder, "secret"), "x");
            Assert.Null(CoherenceProbe.Read(Path.Combine(folder, "secret")));
            Assert.Null(CoherenceProbe.Read(CoherenceProbe.FileIn(folder, Guid.NewGuid())));
            CoherenceProbe.Delete(probe);
            Assert.False(File.Exists(probe));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Refused(CreateMachine request, string complaint)
    {
        var e = Assert.Throws<ApiException>(() => MachineRequests.Check(request));
        Assert.Equal(ErrorCode.Usage, e.Code);
        Assert.Contains(complaint, e.Message);
    }
}
