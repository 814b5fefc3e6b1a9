// Gives itself and a neighbour what it likes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

int main() {
  for (std::string folder : {"@RESULTS@", "@OUTSIDE@", "/tmp", "/var/tmp", "/dev/shm", "/proc/1/root@RESULTS@", ".."}) {
    for (const char* name : {"/good.json", "/writes_grades.json", "/left-behind-by-a-submission"}) {
      int fd = ::open((folder + name).c_str(), O_CREAT | O_WRONLY, 0666);
      if (fd >= 0 && ::write(fd, "{}", 2) == 2) ::fsync(fd);
    }
    ::chmod(folder.c_str(), 0777);
    ::unlink((folder + "/good.json").c_str());
    if (::symlink("/etc/passwd", (folder + "/left-behind-by-a-submission.json").c_str()) != 0) continue;
  }
}
