//! Services, folders and names that do not work: none of them costs the run.

use super::*;

/// Answers every connection with `answer`, or with silence.
fn stub(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            if let Some(answer) = answer {
                // A client that is gone has its reasons.
                let _ = stream.read(&mut [0; 65_536]);
                let _ = stream.write_all(answer.as_bytes());
            } else {
                kept.push(stream);
            }
        }
    });
    address
}

#[test]
fn whatever_the_service_does_the_exit_status_is_the_commands_and_the_end_is_soon() {
    let data = Data::new();
    let (service, _) = service(&data);
    let error = "HTTP/1.1 500 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let empty = "HTTP/1.1 200 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for (server, expected) in [
        (nobody(), "refused"),
        (service.server(), "status 401"),
        (format!("http://{}", stub(Some(error))), "status 500"),
        (format!("http://{}", stub(Some(empty))), "status 200"),
        (format!("http://{}", stub(None)), "no answer in time"),
        (service.server().replace("http:", "https:"), "https://"),
    ] {
        let place = Place::new();
        let (output, document) = place.ran(&server, "wl_unknown", "sleep 1.2; exit 7");
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(7), "{text}");
        let told: Vec<&str> = text.lines().filter(|line| line.contains("not delivered yet")).collect();
        assert_eq!(told.len(), 1, "{text}");
        assert!(told[0].contains(expected), "{expected}: {text}");
        assert_eq!(place.spools(), [format!("{}.sqlite", document["job"].as_str().unwrap())]);
        assert!(document["energy_mj"].as_i64().unwrap() > 0);
    }
}

#[test]
fn a_spool_that_cannot_be_written_costs_the_job_and_not_the_run() {
    let data = Data::new();
    let (service, token) = service(&data);
    let place = Place::new();
    fs::write(place.at("spool"), "a file, no folder").unwrap();
    let (output, document) = place.ran(&service.server(), &token, "exit 7");
    assert_eq!(output.status.code(), Some(7));
    assert!(stderr(&output).contains("not delivered and not kept"), "{output:?}");
    assert!(document["duration_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_spool_is_its_users_alone_and_in_a_shared_folder_the_group_reads_it() {
    for (mode, expected) in [(0o755, 0o600), (0o2770, 0o640)] {
        let place = Place::new();
        fs::create_dir(place.at("spool")).unwrap();
        fs::set_permissions(place.at("spool"), fs::Permissions::from_mode(mode)).unwrap();
        place.ran(&nobody(), "wl_x", "true");
        for entry in fs::read_dir(place.at("spool")).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                continue;
            }
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, expected, "{entry:?}");
        }
    }
}

#[test]
fn a_run_inside_a_run_is_no_second_job_and_a_bad_name_is_refused_before_the_start() {
    let data = Data::new();
    let (service, token) = service(&data);
    let place = Place::new();
    let inner = env!("CARGO_BIN_EXE_wattledger");
    let (output, _) =
        place.ran(&service.server(), &token, &format!("{inner} run --server {} -- true", service.server()));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let jobs = service.get("/api/v1/jobs", &service.admin).json();
    assert_eq!(jobs["items"].as_array().unwrap().len(), 1);
    let mut command = place.run(&service.server(), &token);
    let refused = command.args(["--project", "no name", "--", "touch"]).arg(place.at("started")).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(stderr(&refused).contains("--project: `no name` is not a name"), "{refused:?}");
    assert!(!Path::new(&place.at("started")).exists());
}

#[test]
fn a_run_delivers_to_a_service_with_a_certificate_of_the_sites_own_authority() {
    let (data, place) = (Data::new(), Place::new());
    let [ca, certificate, key] = tls::certificates(place.0.path());
    let service = Service::start(&data.path(), &format!("tls_certificate = {certificate:?}\ntls_key = {key:?}"));
    let server = format!("https://{}", service.address);
    for is_option in [true, false] {
        let mut run = place.run(&server, &service.admin);
        if is_option {
            run.arg("--ca-file").arg(&ca)
        } else {
            run.env("WATTLEDGER_CA_FILE", &ca)
        };
        let output = run.args(["--", "sh", "-c", "exit 7"]).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(7), "{text}");
        let delivered = format!("job       {}, delivered to {server}", job_of(&text));
        assert!(text.contains(&delivered), "{text}");
        assert_eq!(place.spools(), [""; 0], "{text}");
    }
    let mut run = place.run(&server, &service.admin);
    let missing = run.args(["--ca-file", "/nonexistent.pem", "--", "touch"]).arg(place.at("started")).output().unwrap();
    assert!(missing.status.code() == Some(2) && stderr(&missing).contains("/nonexistent.pem"), "{missing:?}");
    assert!(!place.at("started").exists());
}
